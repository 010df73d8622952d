"""Flask, whole: everything `flask` exports, on a request cycle that costs what a request touches.

    from schlenk import Flask, session, redirect, url_for, escape, request

`Flask` is a subclass of `flask.Flask` with safe defaults, `Request` one of `flask.Request`, and `url_for`
also takes a view function; every other name is Flask's own object. Importing this package imports Flask
and nothing heavier.
"""

from flask import (
    Blueprint,
    Config,
    Response,
    abort,
    after_this_request,
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    before_render_template,
    copy_current_request_context,
    current_app,
    flash,
    g,
    get_flashed_messages,
    get_template_attribute,
    got_request_exception,
    has_app_context,
    has_request_context,
    json,
    jsonify,
    make_response,
    message_flashed,
    redirect,
    render_template,
    render_template_string,
    request,
    request_finished,
    request_started,
    request_tearing_down,
    send_file,
    send_from_directory,
    session,
    stream_template,
    stream_template_string,
    stream_with_context,
    template_rendered,
)
from markupsafe import escape

from schlenk.app import Flask, local_url, url_for
from schlenk.wrappers import Request

__version__ = "0.1.0"

__all__ = [
    "Blueprint",
    "Config",
    "Flask",
    "Request",
    "Response",
    "abort",
    "after_this_request",
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "copy_current_request_context",
    "current_app",
    "escape",
    "flash",
    "g",
    "get_flashed_messages",
    "get_template_attribute",
    "got_request_exception",
    "has_app_context",
    "has_request_context",
    "json",
    "jsonify",
    "local_url",
    "make_response",
    "message_flashed",
    "redirect",
    "render_template",
    "render_template_string",
    "request",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "send_file",
    "send_from_directory",
    "session",
    "stream_template",
    "stream_template_string",
    "stream_with_context",
    "template_rendered",
    "url_for",
]
