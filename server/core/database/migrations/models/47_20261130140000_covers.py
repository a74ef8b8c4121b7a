"""Content warnings, and pictures that are covered."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
ALTER TABLE tweets ADD warning text, ADD sensitive boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD default_sensitive boolean NOT NULL DEFAULT false;
"""

# The warning stays before the text. Nothing covers pictures any more.
DOWNGRADE = """
UPDATE tweets SET content = warning || E'\n\n' || content WHERE warning IS NOT NULL;
ALTER TABLE users DROP COLUMN default_sensitive;
ALTER TABLE tweets DROP COLUMN warning, DROP COLUMN sensitive;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
"eJztXWtv2zgW/SuEv0wLeIMmadpuuljAadyZbFOnSJx5emDTFhNxLZMeUYprzPa/Ly+p9y"
    "uWkziyyw9FaoqXos7l45L3XPLv1oxbxBF7nTn9RJatY/R3i+EZkf/JPGmjFp7P43RI8PDY"
    "UVnxnA6nZKkS8Vh4Lp54Mv0GO4LIJIuIiUvnHuUMcl8wgmRuxG8QRr4g7h4azf2xQycjNM"
    "PuVCDPJsgiM66eih/QlPEFAxnRRgubTmzE+JhbSzTBDLnkjk/JHrzb4hP5cspun+41AzZg"
    "oxm2yHBBPXuEqC4GXuTZ2EMLLJCwoZyFTZhMkxm4rAmkg9h71FM/beKSsHjITyzItoeg1q"
    "ogixMxYIx7qlrqJWLC5wSN8GTCfeaNojLReCk/ce7yCRFCfS9DBLsOJS66k18mcW/LNAvd"
    "Ek8g6kH+Ebb43Bsp2HxG//LJ0OPyuayXBO+PP2UyZRb5SkT4cz4d3lDiWKlGQi0oQKUPve"
    "VcpZ3Q2zPmfVR5QSnj4YQ7/ozF+edLz+YsEqDMg9RbwoiLPQJv8FwfWg7zHSdoZGFj0pWN"
    "s+haJmQscoN9B9ofSOsKxGmt4bB30R9edfvDYSvXNkOJRDsKkiacQbuWVRUKgFuowj/+eX"
    "BwePj24NXhm3dHr9++PXr36p3Mq+qbf/T2m65MjJYuSmF29uNZrw8V4rLz6F4FCd+UDPaw"
    "llLKiNG3sbCL8GfYXRbjH0pkNDBeekRkdRAiXqWEMCHWQtzpN6CGKkTPL06g5JkQfzmQ8H"
    "Pn8uSs17n87cXnzq8v1aNl8Oj8ovdjmH/OhXfrqoJaJ7/1ux2lgxhz9TeH+Qcbu8WIh/kz"
    "iMuv2EK8WzP8degQduvZ8ufRqwr8Jdwffupcvjh69TLdrHvBkwP1KA2uGuFEHt6O6+KSFh"
    "2LZBB2qMgNK1sAcQWk/e6v/T/+zECmp7SCUYBzh2BWDFoslB0IpNRTgRalbHgguLg4Tw0E"
    "J2eZgbZ3/fmke/liXzVUmYl6qfE3xnriEsBkiL083qfyiUdnpBjwtGQGdCsQ3Qv/s4XNti"
    "U/0LpgzjKYiKua8dnn7lW/8/lLSiunnX4XnhykRuYw9cWbzCgSFYJ+Oev/hOAn+v2i180O"
    "4VG+/u8tqBP2PT6UBtUQWwmbIUwNUUtpnXydU1naGlpPSz6C1oPqNkXpW6LkEJNKLWv7fp"
    "2+nZY0Wm6ylmEtJfujXkHVnDRzshucO8O1zdZOndGSeVh3yZiVvH/x2PwutcnlY6wD2Oao"
    "DX9CaC3kG2eobAx62DS5mRYu3AHUvBo+cpfQW/aJ6KXOmaw3ZpOi1WOwN3cdFLNlKvgWtr"
    "EwNe6gLl5Eu0zJpie/XX4x0aPLh87Vh85pt1U8wDwCrvGe53YNK6sCmx1SU+jKSqDe9fl5"
    "SzXgMZ5MF9i1hiUtGYoqGFACqY+fLomD1Wd8N2Ar2PgBT8CVAjL/aHYwy6Zghm/VJ8G74U"
    "0BWNJAmcLmdatgpz561q7aqx8HuVbcrO8gb0GIp/ek9T46mhIyF+iGu0jqlrhtRBmau/RO"
    "/thDfZsgaiHuWsTVe+OwEdNGjCyI8NANdYWX36x/utcUbG7/EY2/6qWtP81ud1PmzHbFbr"
    "fZfSlX0O7uvqguWttqTUoZs9WsGLYDerNi2OSKQU/+D8e0H5azo6Amx9JiVMsXCk9pC3/k"
    "jqMmjZwlHDyptINvVJ4VreCRzk3cEYKZVhucChfFtwgfk5HmWSzAipVZljI3TIfIZw5QM5"
    "R1SwWyqWURlreCn+Y1QFn5RS720Ihxj94sR8pKLiwX6RworoiSLja2xarWdliY6mvBq4zR"
    "3Zxpp8ro1i1LDHVbqrljnhc27uYae+a6M9bEPBYyWBvXvllcVi4uw9mo9honI2jWOWsvMU"
    "PjYF0VmKXmYy81U+aaWW5WrIwyTfD+JWdk/RpoV4OWNHDdGemmYOWZ1Fv52pMmc92/+JRW"
    "9MSWazP5KqEjCuQ/j7sqtkEFMUjrXS8J5TOXwKrM0vEHWJqDch2mQhDUM5CDWIM7mUgLHD"
    "FP/bJHjjW4mmHHefBScJV+04S14OHB2zfRTAA/qsb+q8+d8/P7F3hK33lgr6/PTktIjaFA"
    "Blffp9YeiG3vqFQEoyKxH2obNWl9qi9NmzKey334vhyY/7m66JX4KWKR7MqBTjz0P/SULP"
    "bWv258NgGs0NinjieHpT147b9bm4cZIEotGsIwgShaI7Go+1AQqwEFnBQZNs81SdxRDwcA"
    "FUwT0dN7JoowX43YOoey6R4awV64ik8TxAvizagnB+UJDMdCxYh9lY1L6ku52yHkjesIsX"
    "Ach6C28bJwmnjC95hotAYvG6pmEo9PCRvWj0lLy5nItPaakWnYmtG6O7SRjNksrLcxWy8G"
    "MMi/uRjA1lNN4ekIwINXq4QAylylMYDqWZYq/nUoZ4qCMMAKjngssrmNoP2nHc4P9l+/ff"
    "3u8M3raBSPUqoG70IWR8HEWMXf2PCO2qstAdI4Ccqh3l0nQYPi/5qm9S3RsgkANFrODOHj"
    "ZW2HU07URKJtFa/0u0W+wtcXt+nNuaQapodVPVK57l8SNZVt5wbYh5J2n2cH95xOC118Kr"
    "1dtWvryBwrh1fB1/8gEMjoo8oUL7MswKmIc5kJpHp4gYUkzogtrdq0YW82ZnRvV2zJmgVr"
    "uYJ2d8FqQqa+N9P2+4W+wrY18T2r2V/3x/c8n0m7rZg21Kb9TCyKO56HJ/aMqMrnzNtslk"
    "pLdwaZpY0Q5l7Z6p3Tiee7ZA+NlPc3OkfXxcziMzTHrgfGK/UEur48V2yz4Ccf/5dMPHVK"
    "b5H1+zgFh0FPfCFbJxz/C+fw3mFGhY3G5EY2dlVo8DL04lJO2ZdnH/ovjxNFCbTgvmNJAW"
    "l0z23MiLWHkgcdDJgukkhrneA7EtSUL6SILRs48pmGllht5HEoaAKuXCKfzA1XoulTU5Vh"
    "rhpnHRdyJPA4PuTnVUHKh3x4sIIL+fCg1IMMjzJHonJBQ25VHbpoUm5nnJ/rc0YTx/J6uI"
    "zw0GX+LDflp1CNhDfIfpgTZgE29aBtfen2Ts96Px6jQH7ALrud09+OVTTucsBOLi8+dXvH"
    "aOxCb4Snny9+7p7C8xm/017zus1/fxUGxX45gWI/x5+QcwaZzb0C/kR180/KmeafAHTB3a"
    "l81dBnHnXqbqTkhI1/sMn+wRtMHWnS5bXcJ1/LAtFikbWGuC3SZvfXfkqROZJ2irgYZs8y"
    "tzPDlVOwSC9HO8i+A1S6TQMtX+/JNZrGrIbpmZXbhUaepTGuxGKsIDFm5+AFtYpOoiyde6"
    "P8O+TZfjTanU3orV0wSJSiGQsYOPNwerY/GxfT9CvWn0mh3RsB3rxeYQR487p0BIBHaZQt"
    "ektEkRFeHgyWEHlQMFjDkN5E1FdqtRqc/VQjDCIUMVEQ5sgU41yuJlDamN2up/WUpNF6U7"
    "ResC4Oah9rXTlCaru1k1LGr702peCZ+BwNMyMawSlQLTqvB+P+Tru/kx0/5f8OHaXPexJr"
    "w1r2g4kaq1zZ8JS0gitwUfsOsS79wuMOUs/bVYQCEeYcun6dMw9k7j00kma8F3n8wYgIjk"
    "L1ELQcS10m8F6TYuW3+NiBo2raymUvM7gl5xw8YtmFzNqpbHbK1pZvMMTa5kwD7Qr/faiz"
    "dRyioWyTb4RtnV5//jL86eL68hhZ/mw+tLnvDphKPe38FiRaeBmk/dLtfgoS5SA1lamXZ+"
    "fnMsWljjNg5xc/Xh0jh98KcJr2u73+2UUP3KawsSzfCKkfLnofzs67x+roEDah+lSc59/K"
    "Vd2y5lInlNnBRc72LmoKiNIuvb0tsucq9kFjkQ26oMJp8alcUU9NSdg6Aonl18VajphdGA"
    "GJHMuuez1FI5GWA1M0klPZgOVDaREM2MeOHOVO4a1yiLMG7OrT2ZcvkCCmdD5vGIkkr7OV"
    "OCSbXfBvAYVEmYBDfOMVjTb3zCVpUTOlNHpKEeApr783mhAz/KAm69fmjlXPYoglds9t+v"
    "jcXYdgQdZj2mVETT9qcj9Ss9pabqS0pNFyk7VMJITr6DgpZzTcZA3LovwiAmc5yyWWMCSX"
    "9UkuxHV5gRlSzpuNBHbBCtkEdTbnBXwe34r2aRU4VSJnV7k3RV/xtpoXpROdE6J3uIS6f1"
    "n5LyZcGlUyRZ/6P4JjnaXQCN26fCEQ3CMOTpHZsb6LDrsEMQJH/i9c6nmEITgTuvTK5yd7"
    "IcRwduBmPGeJbKz9NtQS4TUGifum1XHVc4dCACZv6wxwsx7k+EEgOf7Z3A1DRZWsDUwP+U"
    "idmTJgKmdwJ4Ks/hzrCkJk6EgQV1Zt74ZgCBUVe8Gb9nQZYvQyPJlF+YmW+iYFKSyim//g"
    "+7Svz1IfNdLXqSlnFNyOHXiLjpHwJ3Z43gs85AwxHtyLPSYT7Aui6hd8UHRDIHoBHwWXgq"
    "PgVkSEB2zGIaJX3739Esn8cRHhm1UMLOFzR0rrjXy47YE5S/1N+j0SJghp1Zqkgo6pQz24"
    "hBAjR2rNGTC4gjALUyqn0Liow8L124XNF/pmw5HsYrDJpuBQNyICrtCcBCFIrQaCZiKmUa"
    "Xhaor3iCZbgpSWlWAQAXgHFywqRer4XqWCAVMHmkPsbVgmi8N5VZvEKKgLws4CL4UsU1Xx"
    "4kbWRcpiJ1Spal8LaCBzf+xACLCFQqdgG40gSll9D1SC+bMxpN64fAZHziogIYcYIYkCeB"
    "uX6gsHbBF2NBMXvKV+xSDWos7EnhBpskexUXN7KlRD99k6kCdEjDVVH/FomC0YaSpZ2kk5"
    "Q9WuQdWmbKgMITkj1OYR5mUNm3BtJqcy+oYu52vwOXOyRg8P1AMY6nkldFwXl11VkpbLKG"
    "Dndi40mH/8mUEvWMIM1TKtXiPOie6Ml3jDLVidMbqOBjKCBv/18A+vNl+vD6RFjQ7W08Fa"
    "d9Kbu+jXsiDj/Zg83tWUoLTkzrT1x2AFwS5OXThDmR0y/h4LytonHkVCBsx0Z9cb7vWmtY"
    "TQzlzBteEJzURUlytkO2NrV4mo1m6S2vsBKTETXbt2p0vub611eHdJATs0pzxvzK1u6Hmd"
    "mKDbdHhoakC4/yDvbLPdHMANa+Sr4lvSz2tH4sYqkEvOKbjdCwzXk0D046dL4kQ3hRfDfh"
    "IUs0NtO7/X9TCIwkt7dhEedQj7w+ApOPR9N/rwt6ekZqnhroCZFQ6D5cQsGD5WPytf5uVM"
    "U2rAAUEifpSiBk3J3EPjJQoiE+8jTamnAV2FkQWCuh+3MiBv5q0DVkLbGllkxkeKkRTE2y"
    "+4utdKsbfgIQJQjxH3PUEtoo/wR4wzElC0qKsO8lccJ86478LZ+z0OiZBjYXP5aMCEL+aK"
    "a6z5TUDdCZhWwN1BSaZVyD/ShSeoWYqKBMfzMz7m1jIAwmeCeJ5DrFFw1D/cIIAdJ0U/E4"
    "rZJDhaAg9uFPSKYYL7FB44oJhSSjZBIAJhWawN1ZYtjLwfMM3fggTBZwTqE3wrGjl8MlXV"
    "wVN904D8DOgvsr8n3h1ToPIfnaRDoYANNWALRXQLaWcCeE/JShk+UtNN7zYq5yPZsjE7tU"
    "6LjSV276aCVaJsD8ujbA9zUbbqbw1ww/w7QfRKg3u0CrhH5eAe5cClYoitGa3rIEqKGRdR"
    "DRcRzMs1sQ5FDM41cI6MlnWC5zKyJriqycFVWltgUA9dgkWRR6Z8rigU3oFj87Pn/ax24E"
    "/ViT+5mSNYA6zRv9KSpnc1uXcZ+sjm5qxoOVwT7pScQbyWNZbdTMhDX82OKC7BEHgKQF43"
    "oqFQ3jTzGs1c72rVhD0WMljXwFrvPa5Dec1K7swgsmGugt7eJe5aSigQNnp4iB7gWr+19Z"
    "ASNnpYTw+GqGiIik3b1d4tomKNU1ASjK05HYL7taBf1iAldOb0E1luYRNYibVhuD8rwRQc"
    "SDJ0yYTQu0JLvwZaH1Vpu47VDFtFC1GDU8R8vKOeQuCBne8sKmhrd3KrkYKj+KW5RB9Kv9"
    "t5oAxFsXkUxa1EKj6ybX2oVr0GaSsBCk4Q2AxC2zIUPSXLtSPH/wm4WnM81+BJu4rpiuM8"
    "91Fdy2F4ZPrg98IdfOCN0eWswNJtl3I2Qvmmyy6Q1w6OjlZhIRwdlbMQ4FnmCg7ZqWogHG"
    "TfQXT3V+J47FdwPPbzHI/Sk/bKTy4uP2mv3tHFTUO7AtxHO7u4xj7S409m3/4PRAy59Q=="
)
