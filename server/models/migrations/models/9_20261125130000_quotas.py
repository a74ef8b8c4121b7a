"""What each user has uploaded on a day.

The table has no model: only plain SQL touches it (`server.models.quota`).
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
    "eJztXf9z2jgW/1c0/LLdGY5pSNP2cjc3QxLaZUugQ8h2u5sdEFjBOozE2nIos9f//fRkG/xFdj"
    "AJxLD+YacbSU82nyc9Pb33kfxXZcYNYjm1xpx+IsvKOfqrwvCMyP+J1VRRBc/n63IoEHhkqaZ4"
    "TgdTslSFeOQIG4+FLL/HlkNkkUGcsU3ngnIGrbuMINka8XuEkesQu4aGc3dk0fEQzbA9dZAwCT"
    "LIjKta5wc0ZXzBQMapooVJxyZifMSNJRpjhmzywKekBs82+Fg+nLLJbh/jMvqnSwaCT4jswpYP"
    "+/0PWUyZQb4RJ/hzPh3cU2IZEVCpAR2o8oFYzlXZBZ20mPig2sKPGA3G3HJnbN1+vhQmZysByg"
    "SUTggjNhYEniBsF5BmrmX5SgnA91523cR7y5CMQe6xa4G+QNp7gXVZZTDodPuDm2Z/MKgkdBlI"
    "hHD3i8acwTiQr+ooACbwCv/4Z71+evqu/vr07fuzN+/enb1//V62Ve+brHr33XuZNVpeVwqz1s"
    "dWpw8vxOVg80YhFHxXMlhgT0opY42+iR1Thz/D9lKPfyAR08BoKYgT10GAeJYSgoK1FtaTZA9q"
    "yEK03b2AnmeO86cFBb80ehetTqP39dV149cfVdXSr2p3Ox+D9nPuiImtOqpcfO03G0oHa8zVvw"
    "nML01s6xEP2scQl7/iAPGuzPC3gUXYRJjyz7PXGfhLuC9/avRenb3+MTqsO35NXVVFwXXGfO4N"
    "xCi8DdvGKSN6LRJD2KJOwqwcAMQZkPabv/Z//yMGmbcEaKwA5xbBTA/aWihuCKTUrkBblezZEH"
    "S77YghuGjFDG3n9vqi2Xt1ogaqbERFxP6usR7bBDAZYJHE+0rWCDojesCjkjHQDV+0FvzPAQ7b"
    "ivyBRpdZS38hzhrGrevmTb9x/TmilatGvwk19YhlDkpfvY1ZkVUn6Eur/xOCP9Fv3U4zbsJX7f"
    "q/VeCdsCv4QPpFA2yEfIagNEAtonXybU5lb1toPSr5DFr3X7coSj8QJQeYZGrZ84e3mdtRyVLL"
    "RdYy7IwGeTctIaHHdy6HYKv3tnmBfeP9VLt3AVCTavjAbUInTO7QlSpa8r0xG+scaH87f+t3c2"
    "Aq+B6MsaB0Pe1tvFhttMNDT/52+YuJ55tcNm4uG1fNikJ4hMfTBbaNQQRqqOF1HitZtU1Wzeqz"
    "eAlmeKLAgV8B7+yj/oFblpphifCKX1PNCq/cqzYbRleGXmtiDxG4GF6UQywIEQ6EQoJqMqyhvq"
    "yhBuK2QWyvHewBnCpiZEEcge6p7YhkYGUnT9DEVH6vBA9S497vtfJHGWspirmqZsRaSt8/XUHH"
    "6/sHszS3zxATLP2GnBMxoYL8bltMsFTBc7lukWWsdN8y3LfYENS7cDp7U0K7IbSkgN7xSjca/z"
    "ist3QPmYZbPe4ikzkfm0MEjwKvlDpI/ie4rZKFKisovZoqwsxAss4m4K0aaGESJss4+KeIM+LV"
    "gZys5A+ykOq85R0/7JmTkTczbFlPdpE3mTdF8JFP6+/erlYC+CPL9t9cN9rtxx1fpe8ksLe3ra"
    "uUqGcgEMPVdalRA7HDtUo6GFWW69TzUcPep/qlUVdG2NyF35cA8+ebbkcPZkgkvnOgY4H+h3aZ"
    "5qr8+95lY8AKjVxqCWmWavDY/1T2DzNAFNk0BHnEVTo3lNC51CRzoYMLnWPzUovEAxXYB0izTK"
    "xqH1kognY5yCoWZdMaGkJsaQh22CEC7LMtjbKQRnkM5tiRxhqRb3JwSX0pQglwSDiaQFQksONA"
    "RxkttcvEDp9T0lUKvG3IWkkEnxI2yE9aicqV1JXqltQVbMwo00CfxRRYyZREgRxEAWm38pGE/P"
    "b7IwlVdrWERylC9debcIRkq1SSkKqLogtPkCuFhieUasjDIvsLBJ3s1pzXT968e/P+9O2blRVf"
    "lWQZ7+RwlchoFsasfOieI2qvDwTIMkmQDvXxJgkKRBAqmtYPRMslQ6jUcsyEj5a5E04J0a0WyI"
    "Lp9mWSfi/C0/rbIp+R61uP6f2lpAqmh00zUonpH8lJybdAndt2u5IY5yWwh0mCa9OpNsWnyqtZ"
    "UVtLttgwXttQMdEfHAQy3tk/RU3bmu32HB1qyW2qF1ULg7FktRXGulczQrLlhjVdQce7YVVTNb"
    "d7FZYqyVSH5dr+faHP8G1XK9YTva9+0M+BKWFT/ys88R+nsJUHOw7Yp70mBsUNIfDYnBH18gn3"
    "Nt4k09OdQWPpIwStN/Z653QsXJvU0FBlfxV/AFxSGzODz9Ac2wKcVyocdNtrK7aZ/ycf/ZeMhb"
    "r2Quf9Pk/Hd+yOgb/MF3J0wn0ajAv0gBl1TDQi93Kwq079h6FXPblk91qX/R/PQ105aMFdy5AC"
    "0umem5gRo4YanjsuxbG4Y16XRHrrBD8Q/035QoqYcoAjl3nQEqOKBIeOxpDKJbJmXnIlir40ZT"
    "nmanDmSSGvBJ4nh/yyKojkkE/rG6SQT+upGWSoit2ZwB0acKvy0EXDckeT/NyeMxq6t0PgNMJD"
    "k7mzxJIfvcEjEN4j+2FOmAHY5IO28rnZuWp1Pp4jX/6O9ZqNq6/n6uDg8o5d9Lqfmp1zNLJhNk"
    "LtdfeX5hXUz/iDlzXPO/xPNmFQnKQTKE4S/Am5ZpDZXGj4E9nDPyxXDv8QoAtuT+WjBi4T1Mob"
    "SEkIl/nBIucH7zG1pEuX1HKffEs7iLYW2crEHZA2m7/2I4pMkLQjxMWgeZy5HTNXlmaTno623/"
    "wIqHT7Blo+Xsg9modZDtczLncMgzxOY9yIxZhBYoyvwQtqCA0NOnXtXbU/osz2s9HuTEInpsZI"
    "pKK5FijhTMIpTHc20tP0M/afYaHjswBv32xgAd6+SbUAUBVF2aAT4uic8PTDYCGRJx0GKxjS+z"
    "j1VbJ0Nxv0x5v0HJuYTbbTekSy1HpRtK7Zr/lvv9a6CtDnTreGpcp869ap7hfiGRRseStErluN"
    "6DIt+1haNjzxI3nZIIFXSQ7wZ0B1UwZBwUb2kwkEa1Lsy6S7byB16lrE6LnaY/iR+mpWotsJWg"
    "5sN89ZfNm6hoaOxcUqEw1OhEr/wjF5GDmGg+65/S+PrCl/i4stuEKlqlLJsoGdcv7+GfvWMj6n"
    "cthBJTyhJHwWZxmoZuSVA51tk6gLZIv8KYPK1e3158FP3dveOTLc2Xxgcte+Y6r0qvHVLzTw0i"
    "/70mx+8gulkZrK0l6r3ZYlNrWsO9bufrw5RxafOJDM6zc7/Va3A+k8CHjKJ0LpZbdz2Wo3z9WV"
    "FmxMvdtaXj7EqKZlzq1OIHOEm5zD3dRoCLw2nUx0/lxGfG4tssfUSLAs7ipFsutU+cERGww3L9"
    "bSYjbBAhJpy247HUVvkJ4DU/SGKzmAZaX0CO7Yh4a0clfwVGnijDt286n1+TMUOFM6nxeM3JDU"
    "2Ubchv1u+A+A2qBcwAG+Fzpr88haEhUtl5RCLykOZHDzx0ZDYiVvpcj6Nbll5PMY1hLHl857fk"
    "6pRbBDtmOAxUTLeVTkeaRWta3SSFHJUstF1jKREG6j47BcqeEia1h25eqIhensi7VESb7YnnxB"
    "bJtr3JB0PudK4Bi8kH1QOhNZwJfJrXg5LU1SZZXsSs+meF9f2iyL0gjurxiqazXkyJGelEp4TM"
    "lcwL3BGPnBL+9W+iFcOyyFh2hi84WDFlSYiAr5AwjcQ7+wqRCEIbioWHeAcIdPg1OFQ5MaBpxL"
    "9L+SpdI20pKZ3P7BqUKShsNBSmTJMW+fQ/IG+VmXGvpiquwM5HbgumWTL1g1Iq/ODjrYPxlZHg"
    "480CSOT7jOY0VDIkVO3xTKkEa2d+vZnm/kxwSPJri4ZyqRZxU10GddXr0WKm+vznF7tb9i5Rvn"
    "IaGjuWB5z2O85CWnK+QwGaqb8JI93yw3SzIiVnJUn4sn6cGaVEVJlIxS+iLDL+8NNjG3SjPwfb"
    "EPn3rEWn0GRw90cN3ikQAdsQ3q+pynwaO5rucgQyZJoHYZvFCzVxO7CGZ1eugCLnba/JYj2ZYz"
    "7+pNYdqEILVRUJ9FsskqpOAHFJyMiILcwM9UrfoLw52d6hN955oIxh6eesfSwhsGmfEhmmF7Gn"
    "xom6sbSdW3tqESAajniLvCoQbxLl9CDD4Z6H1fkKrvQTkQ4ZDDnbs23JrU4eojUbIFfDyKOnfM"
    "cZ25isYjbqMRga9LeTYKPktYQ6swi+xm4YdNvM79L38DEiqCAhcrMT7ixtIHwmUOEcIixtC/pA"
    "nufsKWFXz/0O/AwUvkcLQk5VerCu8QVDOCLaZUupXrPPxa4vjuYtqEr3Waztc6TfC11L85wA3a"
    "H0UUKwru2SbgnqWDe5YAlzqDbT76FRYrIyc5IiewfuXEOhApcc6B82px34aGEZMt0/RFTtN72g"
    "LHc2AT7OiikulrhVb4CC4G2sM39nxfeYv5FZUsZ1eRZ1eZVdnfmrXaNuaEOyJXIp4DcW8jvk3S"
    "Ni5ZZm23y2h5HBZib6UEjXCph6foAW4Z3VoPEeFSD9vpocysl5n1ooWgjiuznoP8Gkr6zukAcg"
    "pPy7Q15vQTWR7gENgoFenTUeVGekzog9aLzYHVB9XbsWM1w4Ymtl3itApPswcqFAJPnHqtVUcH"
    "G0/IRgquFpF+AH0qWeLogSoJJcUjlBwkUusjKNtDdWwfhtsp5aYhzdvYrGhIN35NNYt2g9dtHu"
    "PdpMPwzByNvwtB44kXj6dTL1K3y+kpn/TN8jEwBOpnZ5ukes7O0lM9UBe7MUdOqhwI+82PEN2T"
    "jRJpJxmJtJNkIi31rFb6QeP0s1r5ThoXDe19HDV+0cOv3/8PDAJgxQ=="
)
