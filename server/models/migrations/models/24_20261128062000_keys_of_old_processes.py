"""Keys that a process of an earlier version makes, while others are renewed already, get the scope `account` later."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# True for keys that are there, and for those that this version makes; a process that knows nothing of it says nothing.
UPGRADE = """
ALTER TABLE api_keys ADD COLUMN knows_account boolean NOT NULL DEFAULT true;
ALTER TABLE api_keys ALTER COLUMN knows_account SET DEFAULT false;
CREATE INDEX api_keys_of_old_processes ON api_keys (id) WHERE NOT knows_account;
"""

DOWNGRADE = "ALTER TABLE api_keys DROP COLUMN knows_account;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1v2zgS/iuEv2wL+Iwmadpe9nCAk7hdXxK7SJztdjcLm7YYi2eZ1EpUXGOv//041PtrLCd2ZFcfitQkh5KeoYbDmUfk340514hht9omvS"
    "DLxgn6u8HwnMj/JGqaqIFNMyyHAoHHhmqKTTqckaUqxGNbWHgiZPk9NmwiizRiTyxqCsoZtO4zgmRrxO8RRo5NrBYamc7YoJMRmmNrZiOhE6SR"
    "OVe19k9oxviCgYzdRAudTnTE+JhrSzTBDFnkgc9IC66t8Ym8OGXTzV3mjt2x0RxrZLigQh8h6nYDFxI6FmiBbWTr0M9CJ0yWyQZc3gmUg9jPqK"
    "d+6sQifvfQnmjQrIXgrlVHGif2HWNcqNtSF7En3CRohCcT7jAxCvpE46V8RNPiE2Lb6nkZItgyKLHQg3wyiXtTlmloSoSNqLhjr0byiWVVS+Nz"
    "TFkLnrmFNW6K0WuFpMPoXw4ZCi5F5K1KPP/4UxZTppFvxPZ/mrPhPSWGFhs3VIMOVPlQLE1VdkqnXSY+qragp/Fwwg1nzsL25lLonAUClAkonR"
    "JGLCwIXEFYDgwm5hiGN+788eXebNjEvcuIjEbusWPAkARp9wbCssZw2OsPhjedwXDYSA1XXyIytLyiCWcw1OWt2gqAKdzCP/55eHh09P7wzdG7"
    "D8dv378//vDmg2yr7jdd9f67ezMhWm5XCrPup25vADfE5fvkvmhQ8F3JYIFdKaWMEH0d23oW/gxby2z8fYmEBsZLQeykDnzEi5TgF4RaCO3AFt"
    "RQhOhl/xR6ntv2XwYU/Nq+Pu322tdfX121f3utqpZe1WW/98lvb3JbTC3VUeP066DTVjoIMVd/U5if6djKRtxvn0BcPsUO4t2Y429Dg7Cp0OXP"
    "4zcF+Eu4z35pX786fvM6Pqx7Xs2hqoqDq4yenYa3bVk4Z0SHIgmEDWqnzMoOQFwA6aDz2+CPPxOQubNchhXg3CCYZYMWCiUNgZTaFGhByZYNQb"
    "9/GTMEp92Eoe3dXp12rl8dqIEqG1ERs78h1hOLACZDLNJ4n8saQeckG/C4ZAJ0zRNt+f/ZwWHbkA+o9Zmx9CbiomHcvercDNpXn2NaOW8POlBz"
    "GLPMfumrdwkrEnSCvnQHvyD4iX7v9zpJEx60G/zegHvCjuBD6WMNsRbxGfxSH7WY1sk3k8re1tB6XPIZtO7dblWUviNK9jEp1LLr8q/zbsclay"
    "1XWcuwvJLvo7uoKjlppmS3OHf6a5udnTqDVfSw7JIxKfn44rH6r9Q2l4+hDiDyURr+iNBayFfOUdka9BA0uZ9lLtwB1LQaPnKL0Cm7IO5Spyvv"
    "G7NJ1urRC9fdet3smAq++2PMLw1fUAsvgihTdOjJZ5dPTFzrcta+OWufdxrZBuYZcA3DoLtlVlYFNmlSY+jKm0C928vLhhrAYzyZLbClDXNGMn"
    "SVYVA8qY8X18TA6jF+GLAVbPyQR+CKAZmumh/OkyWY4al6JLg2XMkD6yM3DOXapEL3Xk2zKHR/r9qsGLkfua2JNUKwtnND32JBIKzM75FfTUYt"
    "NJA1VEPc0ojltoPgi91EjCyILdA9tWyRDtpv5AoZwew/Gv6F1Ej1em38WQe5qzJVNguC3HXQJV9B+xt08d/S0v5qQrD2WddeLvhGc10V1MuG51"
    "42xKaxeulQ4OEmhuDjy4fAK6ihXQ1aUght/tJhk95xoJsM/ziqt3wPmUZbPe4iE5NP9BGCS9ku/UP+E9xSRBTFOJFejUvHkHUWAW9Vc8kimHHw"
    "TxVfRNWBHBBDHmQhzfKWN3yxZ2aB3MyxYTzZRV7lvamCj3x0+P5dMBPAjyLbf3PVvrx83PFV+k4De3vbPc9JN/kCCVwdh2otENtdq5QFo6IXHL"
    "k+atT7VE8ad2WExR14vhSY/7np97LBjIgkVw50ItD/0Cb5BY1/3TtsAlihsUMNIc1SCy7778b2YQaIYosGn8AR8Ggi6YCzDBYNdHCa5di81CTx"
    "QAX2AMqYJoLaRyYKv10JIqRB2ayFRhDXVGRCmwiPHEiFNMoTMMe2IvR9k4NL6kuRFYGfyF06n2/HgYE4XmZOExu8Ts0TrPCyoWgmEXxG2LA8Wz"
    "AuV3MGm2tyBrE2p6xktjmQqRlaJdLM0m6VY2d67bfHzmxsagqPczMP36xCzpStctmZqi6ZxP82lDNFBkGzIHsfimwvEHSwWXN+ePD2/dsPR+/e"
    "BlY8KCky3pkZ+YyJsSgXv+WI2psdAbJOEuRDvb9JggoxM6um9R3Rck3NrLWcMOHjZemEU0q05gjuFEfwh0W+INcXjuntpaQqpodVM1Kp1z+Hz5"
    "Yc5zWwTyVgvkwE95LOMlN8qrxZFLU1ZIsV47VtFRP9yUYg435Xrqhpa7PdnqPDTHKb6kXVwmCsWW2Vse7NgpBsvWDNV9D+LljVq1ravYpK1WSq"
    "3XJtf1zoC3zbYMZ6ovc18PvZMSWs6n9FX/zHKWz1R0U77NNeEY3ithB4os+JuvmUe5tsUujpzqGx9BH81it7vSadCMciLTRS2d9g0yMLM43PkY"
    "ktAc4rFTa6vb5UbDPvJx//l0yE2lIpy/t9no5hSybwl/lCjk7Yqwk2TXrAjNo6GpN7OdhVp97F0KtrOWVfd88Gr08iXdlowR1DkwLS6TZ1zIjW"
    "Qm3XHVcbMt0xt0sivXWCH4h3p3whRXQ5wJHDXGiJ1kSCQ0cTSOUSWWPWXImqT01FjrkanGVSyIHA8+SQX1YFsRzy0eEKKeSjw9wMMlQlNqvhNv"
    "W5VWXoolG5vUl+rs8ZjWyYJHAe4aHDnHlqyo9vneQLb5H9YBKmATbloG187vTOu71PJ8iTv2PXnfb51xP14eDyjp1e9y86vRM0tuBthNqr/q+d"
    "c6if8wc3a152+B+swqA4yCdQHKT4E3LOIHNTZPAniod/VK4e/hFAF9yayUsNHSaoUTaQkhKu84NVzg/eY2pIly6t5QH5lvchWiiylonbIW12fh"
    "vEFJkiaceIi37zJHM7Ya6MjEV6Ptpe8z2g0m0baHl5IddoLmYlXM+k3D4M8iSNcSUWYwGJMTkHL6iWtUdI7twbtN+jzPaz0e50Qqd6hpHIRTMU"
    "qOFMwyl0Zz7OpukXrD+jQvtnAd69XcECvHubawGgKo6yRqfEznLC8z8Gi4g86WOwiiG9ja++YqtVb4eaEp9B+CL1VxD1PrV1crmYQKljNl1P6z"
    "HJWutV0XrGuti7+1DrKhFSOq0dlarz2mtTCl6Iz1ExN6ISnAI1otN6qNPf8fR39MWP5b/9RGkjPcCfAdVVmRoVG9lPJmqsspnmJmkFN5Cidgyi"
    "XTuZ2x3E6ptFhALbbzm0nDJ7HsjWLTSSbrwIMv7gRLjnHlGBYORoNrrn1s8uKVY+i4MN2KqmqVL2soGVs8/BM/adyaydyWGnfG15hZpYW51poF"
    "mQv/d1tk5C1Jet8lk9jfPbq8/DX/q31ydIc+bmUOeOdcdU6Xn7q1eo4aVX9qXTufAKpZGaydLr7uWlLLGoYdyxy/6nmxNk8KkNSdNBpzfo9nuQ"
    "NoXAsrwilJ71e2fdy86J2jqETai7K87Lh3LVa1lyqePL7OEiZ3cXNRlEaYtOp1n+XEEcNBTZYgrKnxY3lYraNCVh5wgkmlMWa2kxO2ABibRlt7"
    "2eopFIz4EpGsm5HMCyUnoEd+xjW1q5c7iqNHHaHbu56H7+DAX2jJpmxUgkaZ2txCHZ7oJ/BygkygUc4nuRZW0emUviovWUUukpxYZMefnYaESs"
    "5gdVWb86N7RyHkMosX9p0+fn7hoE22Q9pl1CtH6PqvweqVltrTRSXLLWcpW1TCSE6+g4KldruMoall05WQTOfJZLKFGTXNYnuRDL4hluSD5vNh"
    "DYBy9kG9TZVBbwZXIrbk4rI6kSJLvysynuKVerZVHa/j4hI7V9yVCdP6oSHjNiCtifGSMv+OXu/j+C7Z2l8AhNLb6wEZz0hqiQD0Bgv/+FRYUg"
    "DMGG0Fkfam7wavD15kinmgbff3qnkam0jbRkOrd+spuQpOHwwSoy5Ji3TiB5g7ysSwt90VV2BnI7sK21zhesGZNX32ja2PsCtf4Ic0eTOB6xvY"
    "wVjYhUOX1TKUMaW96Fb3u5kZ8Q3Jvg4papRK5VzIC+iB0bCtX82BL8WG/GKjfOI0J7s5H1lsd4zUvOV8huMlRX4SW7vllplmRMrOaoPhdP0oU1"
    "rYqaKBmn9MWGX9mdghJuVcbAL3FAtr+t5Z4AHbMNapuip8GTsS3SToZMtnuQuHp7M2IX/ludH7qADbRW301KtuXM3eJU6BYhSC0U1PFTFglCCl"
    "5AwS6IKMgF/FzVql8Y9kZVRyGeZEQwtnDVO5YX3tDInI/QHFsz/0BzrnZ+VWeaQyUCUE8Qd4RNNeJucoUYHM3onuNI1blbNkQ45HDnjgW7U/W4"
    "OoxLtoBDuqh9x2zHNlU0HnELjQmc4uXaKDj+sYWCMIvsZuGFTdzOvRPWAQkVQYENrBgfc23pAeEwmwhhEG3kbYYFe2xhw/DPmfQ6sPES2RwtSX"
    "06WOUdgmZBsEWXSjdK7TsQSuzfnler8LWO8vlaRym+lvpbAly//V5EseLgHq8C7nE+uMcpcKk9XOdwtahYHTkpETmB+ask1r5IjXMJnIPJfR0a"
    "RkK2TtNXOU3vagscz6FFsJ0VlcyfKzKF92ADpi2cZej5ymu8X3HJ+u2q8ttVZ1W2N2cFy8aScMfkasRLIO4uxNdJ2iYl66ztehktl8NCrLWUkC"
    "Fc6+EpeoDdXNfWQ0y41sN6eqgz63VmvWohqP3KrJcgv0aSviYdQk7haZm2tkkvyHIHh8BKqUiPjioX0hNCHzK92BJYfVS97TtWc6xlxLZrnILw"
    "NHugQiHwxFevG3S0s/GEYqRgaxHpB9CnkiX2HqiaUFI9QslOIhV+grI+VPt2AN9GKTdtad4meiODdOPVNItoNzhs8xjvJh+GZ+Zo/CgEjSdu8J"
    "5PvchdLuenfPIXy/vAEDg8Pl4l1XN8nJ/qgbrEjjnypSqBsNd8D9E9WCmRdlCQSDtIJ9Jyv9XK/9A4/1utcl8aVw3tbXxq/KIfv37/P1Y46To="
)
