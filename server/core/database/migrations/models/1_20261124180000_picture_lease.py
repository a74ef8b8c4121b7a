"""The lease of the worker that is at work on a picture."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return "ALTER TABLE media_attachments ADD working_until timestamptz;"


async def downgrade(db: BaseDBAsyncClient) -> str:
    return "ALTER TABLE media_attachments DROP COLUMN working_until;"


MODELS_STATE = (
    "eJztXVtz4jgW/isqXiZdxaYSyKU3byShe9hOYIrQs93T6QJhC6zBljy2HJqazX9fSbbx3c"
    "Ek0MDoKUHSkcR3jqRzk/i7ZlEdme5xy8af0KJ2Bf6uEWgh/k+qpg5q0LajclHA4NiUTaGN"
    "hzO0kIVw7DIHaoyXT6DpIl6kI1dzsM0wJaJ1jyDAWwM6ARB4LnKOwcj2xibWRsCCzswFzE"
    "BARxaVte4vYEbonAgatw7mBtYMQOiY6gugQQIc9ERn6FiMrVOND47JdLPDeAT/5aEho1PE"
    "u3D4YN++82JMdPQDueFHezacYGTqCVCxLjqQ5UO2sGXZNZ52CPsg24ovMR5q1PQsErW3F8"
    "ygZEmACROlU0SQAxkSIzDHE0gTzzQDpoTg+5ONmvizjNHoaAI9U/BLUPsTiMpqw2G3Nxg+"
    "tAfDYS3Dy5AihntQpFEi5IBP1ZUATMUU/vXvRqPZvGycNC/en59dXp6/P3nP28r5Zqsun/"
    "3JRGj5XUnMOh873YGYEOXC5kuhKHiWNJBBn0oyI0LfgK6Rhz+BziIf/5AixYHxgiE3zYMQ"
    "8TImhAURF6JFsgU2lCF617sWPVuu+5cpCn5v9a873Vb/69F968s7WbUIqu563Y9he5u6bO"
    "rIjmrXXwftluRBhLn8m8H8xoBOPuJh+xTi/FvsId41C/4YmohMmcE/np+U4M/hvvm11T86"
    "P3mXFOtuUNOQVUlwXY3aviAm4W05DiyQ6IgkhbCJ3cy2sgcQl0A6aH8ZfPuegsw/AnJ2AU"
    "pNBEk+aBFReiPgVJsCbVmy5Y2g17tLbATXndRG2/18f93uH51KQeWNMEvsvxHWmoMEJkPI"
    "snjf8hqGLZQPeJIyBboekB6H/+yh2Nb4F9R7xFwEB3GZGHfu2w+D1v1vCa7ctgZtUdNI7M"
    "xh6dFFahdZdgL+2xn8CsRH8Eev205v4ct2gz9qYk7QY3TI9aIh1GM6Q1gaopbgOvphY97b"
    "GlxPUr4B14Pp7grT94TJISalXPb14XXWdpJScXmXuSwso2FVoyVG9LLlsg979daMF2E3Tm"
    "a5tosANcuGD9RBeEq4hS5Z0eHzhkTLU6ADc/5z0M2eseA5lLGwNFr2DpwvDe246PHvzr8x"
    "8nWTm9bDTeu2XZMIj6E2m0NHHyagFjW0QVMly7bZKqthpUsggVMJjvgWYs4B6h+oacoVln"
    "GvBDX1MvfKRLZZ0bsy8lsjZwSEiuF7OdgcIeYKV0hYjUbHYMBrsA6ooyPHbydsALcOCJoj"
    "l4EJdlyWdaxsZIQcn8q3WjiQlPug19p35WvZle2qXuJrUbp/MYMOV/cPV2llnSFFqPSGig"
    "sxw4LqaluKULHgrVS3xDGm1LcS9S0lgvkqXN5+o6BdEVq0g9rxHZ6hPN1YlpdqxiZvsaJe"
    "3JJRvl9cIGj8oKDUWddWg9+iw1ytV/Yia4VEKnV3Z7Z4pe4qdTep7sqlWlnRilMpLWttRV"
    "f5JndFwV2eWK9UwQZhP3vGhFV1sPjCf1m3VR7fPfb43iMdwxZjUDMsJCefUW/TTUo1XUs0"
    "5jpC2HplrdfGGvMcdAxGjM4QGQHsq6QOJDq1gA0dJpRXzFzwuX8HeGn4kY7/RBqT+XB52u"
    "/bdPxIHonQl+mcS6dItCOUgSdIsGuAMZpwYZedBoOBoz4/svudm8G7q1hXLphTz9Q5AVe6"
    "bQMSpB+Dlq+Oc3LIHonfJeLaOoJPKJgpnXMSgws48IgPLdLrgFHRkSayQRCvsVXO364fTW"
    "WKuRTOLAOKE9CWBG+TgfZzWZDIP2s2Vsg/azYK889EVSqZirpYzimD74MFTbNQxON021PD"
    "TjYr6M3G5cVStMWHMmF+uG/d3WV1Wn6Ys4J0yTbxrMyRn0ztC4m3lztZsxHRBTbVoK391u"
    "7edrofr0BA/0j67dbt1ysZUVw8kut+71O7ewXGjliNova+93v7VtRb9Anp6fNoFfE/XSX9"
    "8rQ4/fI0k37Jzwxk2SwnAbNc/ON0SvxjgM6pM+NDDT3CsFnVkZIhVqlFu5xaNIHY5Cpdls"
    "sD9KMoQhWRrLXF7RE3218GCUaG21B+Mn7YPLZt3Yj8/NR2ZeYY6cVoB823eJhUPEV2Fmg+"
    "POM2mo9ZBdUzTXcIQp48gxurnMGN4jO4kTmD51hnOZd6Cs/eZfu1Dt5dA9c/ehunZ5dn75"
    "sXZ8vzd1lSdghnz18D4amRs0kUohkRKDizcDLDs8b5l85K7M840eHtABdnK+wAF2eFO4Co"
    "UrdMVOhNMyCZrsf1BKXi+q5wPcdqCGYfcV26iSsH/eJUKuq3dsD1J0W7d+0424WIq5RoFR"
    "x8KTgYX/iJ6GAYRqplBXyLcewdk+xXh7H5BED3893dzwq6+rjnhFqXDCkOsPoXWFaNqgaZ"
    "fiOZgMgR8wiTAdAZshkYL0QuoIOnU+SAI5ntByw85YLA6d/xWaMnXjF3MOPWPjCQk/N6yW"
    "aGUFHMHd7u6yVRzMAzVMV9FyM5iLc0tu3Ei627apKfIjyYAM+WtU1l1hczZD8NvFXMel5p"
    "0OoWXoJMmXhvZWb4sCo74yWNOCF+VdMQU0dOjuAHZB8+9ZEJC/JmUndmDgToxN4gcyBfB0"
    "9OzuVh2GjPm7Sr5OrNMavCVV1sVcmXFVc1qmzelhL//hQzHISAVKLEJSrooKXhE5g97vqm"
    "1WYGEqmsI/GeZPx9STYPnpcUya/ysUmB0hWgHnOxjvyUWEAokf9yCuzIxFhh6XH5pZ6DdG"
    "W67foRWi8x3QxIdLNSGkBEcXgpqKvE/5vF8f9mJv6v3pfc4PuS2OWqu4Vz8ntLn0uMk6kH"
    "Eys8mCgOiIpYhyQK5wo4+87edZw7aUrl3XndKyVrMSGHWPHhNXwQadNr8yFBrPigvJ3K21"
    "nm7cy421bxDMV/YWF970f0Ww57JgIruYeCZxKHDtIQDu4IrY9V9DDjIWNlQT3HelI4KY/s"
    "7npk9xKpKL1kfagO7XmMjfqsW8jBmlHL+0Ujv6Ze+otGUZuXHNfFMLyxy/af4q995fWLYk"
    "/sE7cYcy+rF3sLYyQH6DBsnJ+vch3r/Lz4PpaoS90y5IuqAsJB8wNE9/RktQvnZTfOMx7Z"
    "wkSw/zz0ulUTwXSsMfA/cHi//CPASJiAmYSwdO5XPWnbiQ6u83IjtpnY+vx/MtC29Q=="
)
