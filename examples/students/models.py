"""The two tables: students, and the accounts that may change them."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What both tables are declared on."""


db = SQLAlchemy(model_class=Base)


class Student(db.Model):
    """One student of the registry."""

    __tablename__ = "students"

    id: Mapped[int] = mapped_column("student_id", primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    city: Mapped[str] = mapped_column(String(50))
    addr: Mapped[str] = mapped_column(String(200))
    pin: Mapped[str] = mapped_column(String(10))


class Account(db.Model):
    """Somebody who may sign in."""

    __tablename__ = "accounts"

    username: Mapped[str] = mapped_column(String(50), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(256))
