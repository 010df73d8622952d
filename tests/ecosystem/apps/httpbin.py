"""httpbin: a whole application made with Flask, as it comes from the registry."""

import httpbin

app = httpbin.app

VISITS = """
GET /
GET /spec.json
GET /get?a=1&a=2&b=%C3%BC
GET /headers
GET /ip
GET /user-agent
GET /uuid
GET /anything/deep/down?x=1
GET /robots.txt
GET /deny
GET /html
GET /json
GET /xml
GET /encoding/utf8
GET /gzip
GET /deflate
GET /brotli
GET /status/200
GET /status/204
GET /status/301
GET /status/401
GET /status/406
GET /status/418
GET /status/503
GET /status/nothing
POST /status/404
GET /redirect/3
GET /redirect/2?absolute=true
GET /relative-redirect/2
GET /absolute-redirect/2
GET /redirect-to?url=http://example.com/
GET /redirect-to?url=/get&status_code=307
GET /cookies/set?k=v&l=w
GET /cookies
GET /cookies/set/m/n
GET /cookies/delete?k
GET /cookies
GET /bearer
GET /basic-auth/ada/engine
GET /hidden-basic-auth/ada/engine
GET /digest-auth/auth/ada/engine
GET /digest-auth/auth/ada/engine/SHA-256
GET /cache
GET /cache/60
GET /etag/v1
GET /response-headers?X-A=1&X-A=2
GET /bytes/16?seed=1
GET /stream-bytes/64?seed=1&chunk_size=16
GET /stream/3
GET /range/26
GET /links/3/1
GET /links/3
GET /image
GET /image/png
GET /image/svg
GET /base64/c2NobGVuaw==
GET /delay/0
GET /forms/post
GET /static/favicon.ico
GET /legacy
GET /nowhere
POST /get
HEAD /get
HEAD /stream/3
OPTIONS /get
OPTIONS /post
TRACE /get
"""


def visit(visitor):
    """Visit nearly every page, then send bodies, credentials and conditions."""
    for line in VISITS.split("\n")[1:-1]:
        method, path = line.split(" ")
        visitor.send(method, path)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        path = f"/{method.lower()}"
        visitor.send(method, path, data={"a": ["1", "2"], "b": "ü"})
        visitor.send(method, path, json={"a": [1, None]})
        visitor.send(method, path, data=b"\xff\x00", content_type="application/octet-stream")
        visitor.send(method, f"/anything?{method}", data="{", content_type="application/json")
    visitor.get("/bearer", headers={"Authorization": "Bearer t0ken"})
    visitor.get("/basic-auth/ada/engine", auth=("ada", "engine"))
    visitor.get("/cache", headers={"If-Modified-Since": "Mon, 05 Jan 2026 12:00:00 GMT"})
    visitor.get("/etag/v1", headers={"If-None-Match": '"v1"'})
    visitor.get("/etag/v1", headers={"If-Match": '"v2"'})
    visitor.get("/range/26", headers={"Range": "bytes=3-9"})
    visitor.get("/range/26", headers={"Range": "bytes=90-99"})
    visitor.get("/image", headers={"Accept": "image/webp"})
    visitor.get("/get", headers={"Origin": "https://shop.example"})
    visitor.options("/get", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "PUT"})
    visitor.get("/get?show_env=1", headers={"X-Forwarded-Proto": "https", "X-Real-Ip": "192.0.2.1"})
