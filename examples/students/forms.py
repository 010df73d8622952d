"""The forms, with the limits of the columns they fill."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length, Regexp


def tidy(text: str | None) -> str | None:
    """Trim the ends and make every run of white space one space."""
    return text and " ".join(text.split())


class StudentForm(FlaskForm):
    """Name, city, address and PIN of a student."""

    name = StringField("Name", [DataRequired("Enter the name."), Length(max=100)], [tidy])
    city = StringField("City", [DataRequired("Enter the city."), Length(max=50)], [tidy])
    addr = StringField(
        "Address",
        [DataRequired("Enter the address."), Length(max=200)],
        [tidy],
        description="House and street, without the city.",
    )
    pin = StringField(
        "PIN",
        [
            DataRequired("Enter the PIN."),
            Regexp(
                r"[0-9A-Za-z](?:[ -]?[0-9A-Za-z]){2,}\Z",
                message="Enter a PIN of letters and digits, such as 411004.",
            ),
            Length(max=10),
        ],
        [tidy],
        description="The postal code, such as 411004.",
    )


class LoginForm(FlaskForm):
    """What somebody signs in with."""

    username = StringField("Username", [DataRequired("Enter your username.")])
    password = PasswordField("Password", [DataRequired("Enter your password.")])
