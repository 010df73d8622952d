"""flask-openapi3: a subclass of Flask whose views take Pydantic models."""

from flask_openapi3 import Info, OpenAPI, Tag
from pydantic import BaseModel, Field

app = OpenAPI(__name__, info=Info(title="Books", version="1"))
BOOKS = {1: "Handbook of Chemistry"}


class ByNumber(BaseModel):
    """A book's address."""

    number: int


class Search(BaseModel):
    """What to look for."""

    word: str = ""
    limit: int = Field(10, le=20)


class Book(BaseModel):
    """A book."""

    title: str


@app.get("/books", tags=[Tag(name="books")])
def books(query: Search):
    """List books."""
    return [title for title in BOOKS.values() if query.word in title][: query.limit]


@app.put("/books/<int:number>", responses={201: Book})
def put(path: ByNumber, body: Book):
    """Store a book."""
    BOOKS[path.number] = body.title
    return body.model_dump(), 201


@app.get("/plain")
def plain():
    """Show a page of plain text."""
    return "plain"


def visit(visitor):
    """Read the documents, then ask well and badly."""
    visitor.get("/openapi/openapi.json")
    visitor.get("/openapi")
    visitor.get("/books")
    visitor.get("/books?word=Chem&limit=1")
    visitor.get("/books?limit=30")
    visitor.put("/books/2", json={"title": "Inert Atmospheres"})
    visitor.put("/books/2", json={})
    visitor.put("/books/x", json={"title": "a"})
    visitor.get("/plain")
    visitor.head("/plain")
    visitor.options("/books/2")
    visitor.delete("/books/2")
