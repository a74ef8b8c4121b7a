"""What each user has uploaded on a day.

The table has no model: only plain SQL touches it (`server.core.limits.quota_rows`).
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
CREATE TABLE upload_days (
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    day date NOT NULL,
    pictures int NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (user_id, day)
);
"""

DOWNGRADE = "DROP TABLE upload_days;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXf9z2jgW/1c0/LLdGY5pSNP2cjc3QxLaZUugQ8h2u5sdEFjBOozE2nIos9f//fRkG/xFdjAJxLD+YacbSU82nyc9Pb33kfxX"
    "ZcYNYjm1xpx+IsvKOfqrwvCMyP+J1VRRBc/n63IoEHhkqaZ4TgdTslSFeOQIG4+FLL/HlkNkkUGcsU3ngnIGrbuMINka8XuEkesQ"
    "u4aGc3dk0fEQzbA9dZAwCTLIjKta5wc0ZXzBQMapooVJxyZifMSNJRpjhmzywKekBs82+Fg+nLLJbh/jMvqnSwaCT4jswpYP+/0P"
    "WUyZQb4RJ/hzPh3cU2IZEVCpAR2o8oFYzlXZBZ20mPig2sKPGA3G3HJnbN1+vhQmZysBygSUTggjNhYEniBsF5BmrmX5SgnA9152"
    "3cR7y5CMQe6xa4G+QNp7gXVZZTDodPuDm2Z/MKgkdBlIhHD3i8acwTiQr+ooACbwCv/4Z71+evqu/vr07fuzN+/enb1//V62Ve+b"
    "rHr33XuZNVpeVwqz1sdWpw8vxOVg80YhFHxXMlhgT0opY42+iR1Thz/D9lKPfyAR08BoKYgT10GAeJYSgoK1FtaTZA9qyEK03b2A"
    "nmeO86cFBb80ehetTqP39dV149cfVdXSr2p3Ox+D9nPuiImtOqpcfO03G0oHa8zVvwnML01s6xEP2scQl7/iAPGuzPC3gUXYRJjy"
    "z7PXGfhLuC9/avRenb3+MTqsO35NXVVFwXXGfO4NxCi8DdvGKSN6LRJD2KJOwqwcAMQZkPabv/Z//yMGmbcEaKwA5xbBTA/aWihu"
    "CKTUrkBblezZEHS77YghuGjFDG3n9vqi2Xt1ogaqbERFxP6usR7bBDAZYJHE+0rWCDojesCjkjHQDV+0FvzPAQ7bivyBRpdZS38h"
    "zhrGrevmTb9x/TmilatGvwk19YhlDkpfvY1ZkVUn6Eur/xOCP9Fv3U4zbsJX7fq/VeCdsCv4QPpFA2yEfIagNEAtonXybU5lb1to"
    "PSr5DFr3X7coSj8QJQeYZGrZ84e3mdtRyVLLRdYy7IwGeTctIaHHdy6HYKv3tnmBfeP9VLt3AVCTavjAbUInTO7QlSpa8r0xG+sc"
    "aH87f+t3c2Aq+B6MsaB0Pe1tvFhttMNDT/52+YuJ55tcNm4uG1fNikJ4hMfTBbaNQQRqqOF1HitZtU1WzeqzeAlmeKLAgV8B7+yj"
    "/oFblpphifCKX1PNCq/cqzYbRleGXmtiDxG4GF6UQywIEQ6EQoJqMqyhvqyhBuK2QWyvHewBnCpiZEEcge6p7YhkYGUnT9DEVH6v"
    "BA9S497vtfJHGWspirmqZsRaSt8/XUHH6/sHszS3zxATLP2GnBMxoYL8bltMsFTBc7lukWWsdN8y3LfYENS7cDp7U0K7IbSkgN7x"
    "Sjca/zist3QPmYZbPe4ikzkfm0MEjwKvlDpI/ie4rZKFKisovZoqwsxAss4m4K0aaGESJss4+KeIM+LVgZys5A+ykOq85R0/7JmT"
    "kTczbFlPdpE3mTdF8JFP6+/erlYC+CPL9t9cN9rtxx1fpe8ksLe3rauUqGcgEMPVdalRA7HDtUo6GFWW69TzUcPep/qlUVdG2NyF"
    "35cA8+ebbkcPZkgkvnOgY4H+h3aZ5qr8+95lY8AKjVxqCWmWavDY/1T2DzNAFNk0BHnEVTo3lNC51CRzoYMLnWPzUovEAxXYB0iz"
    "TKxqH1kognY5yCoWZdMaGkJsaQh22CEC7LMtjbKQRnkM5tiRxhqRb3JwSX0pQglwSDiaQFQksONARxkttcvEDp9T0lUKvG3IWkkE"
    "nxI2yE9aicqV1JXqltQVbMwo00CfxRRYyZREgRxEAWm38pGE/Pb7IwlVdrWERylC9debcIRkq1SSkKqLogtPkCuFhieUasjDIvsL"
    "BJ3s1pzXT968e/P+9O2blRVflWQZ7+RwlchoFsasfOieI2qvDwTIMkmQDvXxJgkKRBAqmtYPRMslQ6jUcsyEj5a5E04J0a0WyILp"
    "9mWSfi/C0/rbIp+R61uP6f2lpAqmh00zUonpH8lJybdAndt2u5IY5yWwh0mCa9OpNsWnyqtZUVtLttgwXttQMdEfHAQy3tk/RU3b"
    "mu32HB1qyW2qF1ULg7FktRXGulczQrLlhjVdQce7YVVTNbd7FZYqyVSH5dr+faHP8G1XK9YTva9+0M+BKWFT/ys88R+nsJUHOw7Y"
    "p70mBsUNIfDYnBH18gn3Nt4k09OdQWPpIwStN/Z653QsXJvU0FBlfxV/AFxSGzODz9Ac2wKcVyocdNtrK7aZ/ycf/ZeMhbr2Quf9"
    "Pk/Hd+yOgb/MF3J0wn0ajAv0gBl1TDQi93Kwq079h6FXPblk91qX/R/PQ105aMFdy5AC0umem5gRo4YanjsuxbG4Y16XRHrrBD8Q"
    "/035QoqYcoAjl3nQEqOKBIeOxpDKJbJmXnIlir40ZTnmanDmSSGvBJ4nh/yyKojkkE/rG6SQT+upGWSoit2ZwB0acKvy0EXDckeT"
    "/NyeMxq6t0PgNMJDk7mzxJIfvcEjEN4j+2FOmAHY5IO28rnZuWp1Pp4jX/6O9ZqNq6/n6uDg8o5d9Lqfmp1zNLJhNkLtdfeX5hXU"
    "z/iDlzXPO/xPNmFQnKQTKE4S/Am5ZpDZXGj4E9nDPyxXDv8QoAtuT+WjBi4T1MobSEkIl/nBIucH7zG1pEuX1HKffEs7iLYW2crE"
    "HZA2m7/2I4pMkLQjxMWgeZy5HTNXlmaTno623/wIqHT7Blo+Xsg9modZDtczLncMgzxOY9yIxZhBYoyvwQtqCA0NOnXtXbU/osz2"
    "s9HuTEInpsZIpKK5FijhTMIpTHc20tP0M/afYaHjswBv32xgAd6+SbUAUBVF2aAT4uic8PTDYCGRJx0GKxjS+zj1VbJ0Nxv0x5v0"
    "HJuYTbbTekSy1HpRtK7Zr/lvv9a6CtDnTreGpcp869ap7hfiGRRseStErluN6DIt+1haNjzxI3nZIIFXSQ7wZ0B1UwZBwUb2kwkE"
    "a1Lsy6S7byB16lrE6LnaY/iR+mpWotsJWg5sN89ZfNm6hoaOxcUqEw1OhEr/wjF5GDmGg+65/S+PrCl/i4stuEKlqlLJsoGdcv7+"
    "GfvWMj6ncthBJTyhJHwWZxmoZuSVA51tk6gLZIv8KYPK1e3158FP3dveOTLc2Xxgcte+Y6r0qvHVLzTw0i/70mx+8gulkZrK0l6r"
    "3ZYlNrWsO9bufrw5RxafOJDM6zc7/Va3A+k8CHjKJ0LpZbdz2Wo3z9WVFmxMvdtaXj7EqKZlzq1OIHOEm5zD3dRoCLw2nUx0/lxG"
    "fG4tssfUSLAs7ipFsutU+cERGww3L9bSYjbBAhJpy247HUVvkJ4DU/SGKzmAZaX0CO7Yh4a0clfwVGnijDt286n1+TMUOFM6nxeM"
    "3JDU2Ubchv1u+A+A2qBcwAG+Fzpr88haEhUtl5RCLykOZHDzx0ZDYiVvpcj6Nbll5PMY1hLHl857fk6pRbBDtmOAxUTLeVTkeaRW"
    "ta3SSFHJUstF1jKREG6j47BcqeEia1h25eqIhensi7VESb7YnnxBbJtr3JB0PudK4Bi8kH1QOhNZwJfJrXg5LU1SZZXsSs+meF9f"
    "2iyL0gjurxiqazXkyJGelEp4TMlcwL3BGPnBL+9W+iFcOyyFh2hi84WDFlSYiAr5AwjcQ7+wqRCEIbioWHeAcIdPg1OFQ5MaBpxL"
    "9L+SpdI20pKZ3P7BqUKShsNBSmTJMW+fQ/IG+VmXGvpiquwM5HbgumWTL1g1Iq/ODjrYPxlZHg480CSOT7jOY0VDIkVO3xTKkEa2"
    "d+vZnm/kxwSPJri4ZyqRZxU10GddXr0WKm+vznF7tb9i5RvnIaGjuWB5z2O85CWnK+QwGaqb8JI93yw3SzIiVnJUn4sn6cGaVEVJ"
    "lIxS+iLDL+8NNjG3SjPwfbEPn3rEWn0GRw90cN3ikQAdsQ3q+pynwaO5rucgQyZJoHYZvFCzVxO7CGZ1eugCLnba/JYj2ZYz7+pN"
    "YdqEILVRUJ9FsskqpOAHFJyMiILcwM9UrfoLw52d6hN955oIxh6eesfSwhsGmfEhmmF7Gnxom6sbSdW3tqESAajniLvCoQbxLl9C"
    "DD4Z6H1fkKrvQTkQ4ZDDnbs23JrU4eojUbIFfDyKOnfMcZ25isYjbqMRga9LeTYKPktYQ6swi+xm4YdNvM79L38DEiqCAhcrMT7i"
    "xtIHwmUOEcIixtC/pAnufsKWFXz/0O/AwUvkcLQk5VerCu8QVDOCLaZUupXrPPxa4vjuYtqEr3Waztc6TfC11L85wA3aH0UUKwru"
    "2SbgnqWDe5YAlzqDbT76FRYrIyc5IiewfuXEOhApcc6B82px34aGEZMt0/RFTtN72gLHc2AT7OiikulrhVb4CC4G2sM39nxfeYv5"
    "FZUsZ1eRZ1eZVdnfmrXaNuaEOyJXIp4DcW8jvk3SNi5ZZm23y2h5HBZib6UEjXCph6foAW4Z3VoPEeFSD9vpocysl5n1ooWgjiuz"
    "noP8Gkr6zukAcgpPy7Q15vQTWR7gENgoFenTUeVGekzog9aLzYHVB9XbsWM1w4Ymtl3itApPswcqFAJPnHqtVUcHG0/IRgquFpF+"
    "AH0qWeLogSoJJcUjlBwkUusjKNtDdWwfhtsp5aYhzdvYrGhIN35NNYt2g9dtHuPdpMPwzByNvwtB44kXj6dTL1K3y+kpn/TN8jEw"
    "BOpnZ5ukes7O0lM9UBe7MUdOqhwI+82PEN2TjRJpJxmJtJNkIi31rFb6QeP0s1r5ThoXDe19HDV+0cOv3/8PDAJgxQ=="
)
