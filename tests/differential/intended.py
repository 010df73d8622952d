"""Rows of the table that differ by intent, each with its reason.

A row named here must differ: when it no longer does, its test fails until the name is taken away.
"""

_PATCHED = (
    "the direct lane does itself what this method of Flask's does; patched on Flask's class it is not called"
)
_SETTING = "the response classes' settings are read when the class is set, not for every answer"

_UNREADABLE = "a session that was signed with the key but is none fails when it is used, not before the view"

INTENDED: dict[str, str] = {
    **dict.fromkeys(
        (
            "patch_session_interface open_session",
            "patch_session_interface save_session",
            "patch_session_interface should_set_cookie",
            "patch_session_interface is_null_session",
            "patch_session_interface get_cookie_name",
            "patch_session_interface get_cookie_domain",
            "patch_session_interface get_cookie_path",
            "patch_session_interface get_cookie_secure",
            "patch_session_interface get_cookie_samesite",
            "patch_session_interface get_signing_serializer",
            "patch_request_class __init__",
            "patch_request_class _load_form_data",
            "patch_request_class make_form_data_parser",
            "patch_response_class __init__",
            "patch_response_class __call__",
            "patch_response_class set_cookie",
            "patch_response_class get_wsgi_headers",
            "patch_response_class set_data",
            "patch_context __init__",
            "patch_context push",
            "patch_context pop",
            "patch_context match_request",
            "patch_app_context __init__",
            "patch_app_context push",
            "('request_attribute', 'max_content_length', 3) in place",
            "('request_attribute', 'max_content_length', 3) in place late",
        ),
        _PATCHED,
    ),
    **dict.fromkeys(
        (
            "('response_attribute', 'default_mimetype', 'text/x-all') in place late",
            "('response_attribute', 'default_status', 209) in place late",
            "('response_attribute', 'automatically_set_content_length', False) in place late",
        ),
        _SETTING,
    ),
    **dict.fromkeys(
        (
            "cookie not_a_dict",
            "cookie a_number",
            "cookie bad_payload",
            "cookie bad_zip",
            "cookie bad_base64",
            "cookie bad_tag",
        ),
        _UNREADABLE,
    ),
}

#: Cookies that are not drawn, because a drawn case with one of them would differ by intent.
UNREADABLE = frozenset(name.removeprefix("cookie ") for name, why in INTENDED.items() if why is _UNREADABLE)
