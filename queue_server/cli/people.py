"""``yichuang user``, ``yichuang device`` and ``yichuang audit``: who may act in a hall, and who did."""

from __future__ import annotations

import sys
from typing import Annotated

import cyclopts
from cyclopts import Parameter

StorePlace = Annotated[str, Parameter(name="--store", env_var="YICHUANG_STORE")]
HallId = Annotated[str, Parameter(name="--hall", env_var="YICHUANG_HALL")]
Logins = Annotated[tuple[str, ...], Parameter(negative="")]

user_app = cyclopts.App(name="user", help="The hall's people: who may sign in, and as what.")
device_app = cyclopts.App(name="device", help="The hall's devices: their tokens, and new ones in time.")


@user_app.command
def add(
    login: str,
    *,
    hall: HallId,
    role: str,
    name: str = "",
    window: tuple[int, ...] = (),
    department: str = "",
    sso: str = "",
    store: StorePlace,
) -> None:
    """Let a person sign in; prints the first password, this once.

    Parameters
    ----------
    login
        What is typed to sign in: small letters, digits, dots and dashes.
    hall
        The hall's id.
    role
        clerk, floor, manager, department, agent, admin or supervisor.
    name
        What the person is called at work; the login without one.
    window
        A window that a clerk is bound to (may be repeated); none is every window.
    department
        Whose cases somebody of a department handles: a code of the hall file's `[departments]`.
    sso
        What the hall's single sign-on calls this person; then there is no password to hand over.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import add_user

    sys.exit(add_user(store, hall, login, role, name, window, department, sso))


@user_app.command(name="list")
def list_users(*, hall: HallId, store: StorePlace) -> None:
    """Say who may sign in: login, role, windows, state and name.

    Parameters
    ----------
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import print_users

    sys.exit(print_users(store, hall))


@user_app.command
def reset(
    *login: str, hall: HallId, everyone: Annotated[bool, Parameter(negative="")] = False, store: StorePlace
) -> None:
    """Give people a new first password and sign them out; prints login and password, this once.

    Parameters
    ----------
    login
        Whose.
    hall
        The hall's id.
    everyone
        Everyone's who has one: after a restore, which brings no passwords back.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import reset_users

    sys.exit(reset_users(store, hall, login, everyone))


@user_app.command
def lock(login: str, *, hall: HallId, store: StorePlace) -> None:
    """Let nobody sign in as this person; every session ends at once.

    Parameters
    ----------
    login
        Whose account.
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import lock_user

    sys.exit(lock_user(store, hall, login))


@user_app.command
def unlock(login: str, *, hall: HallId, store: StorePlace) -> None:
    """Let the person sign in again, and forget failed attempts.

    Parameters
    ----------
    login
        Whose account.
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import unlock_user

    sys.exit(unlock_user(store, hall, login))


@user_app.command
def role(
    login: str,
    role: str,
    *,
    hall: HallId,
    window: tuple[int, ...] = (),
    department: str = "",
    store: StorePlace,
) -> None:
    """Change what a person may do, from the next act on.

    Parameters
    ----------
    login
        Who.
    role
        clerk, floor, manager, department, agent, admin or supervisor.
    hall
        The hall's id.
    window
        A window that a clerk is bound to (may be repeated); none is every window.
    department
        Whose cases somebody of a department handles: a code of the hall file's `[departments]`.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import change_role

    sys.exit(change_role(store, hall, login, role, window, department))


@user_app.command
def remove(login: str, *, hall: HallId, store: StorePlace) -> None:
    """Take a person out of the hall; what they did stays in the logs under their login.

    Parameters
    ----------
    login
        Who.
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.users import remove_user

    sys.exit(remove_user(store, hall, login))


# --- yichuang device ----------------------------------------------------------------------------------


@device_app.command(name="add")
def add_device(name: str, *, hall: HallId, scope: str, store: StorePlace) -> None:
    """Let a device act; prints its token, this once.

    Parameters
    ----------
    name
        The kiosk's id in the hall file, or what the device is called.
    hall
        The hall's id.
    scope
        kiosk, board, window or printer.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.devices import grant_device

    sys.exit(grant_device(store, hall, scope, name))


@device_app.command(name="confirm")
def confirm_device(code: str, *, hall: HallId, device: str, store: StorePlace) -> None:
    """Let a new device in by the code that it shows.

    Parameters
    ----------
    code
        The six digits on its screen; good for ten minutes, once.
    hall
        The hall's id.
    device
        The id of a screen or kiosk in the hall file, or board for the board of the whole hall.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.devices import confirm_device

    sys.exit(confirm_device(store, hall, code, device))


@device_app.command(name="list")
def list_devices(*, hall: HallId, store: StorePlace) -> None:
    """Say which devices hold a token, and until when where one runs out.

    Parameters
    ----------
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.devices import print_devices

    sys.exit(print_devices(store, hall))


@device_app.command
def rotate(name: str, *, hall: HallId, minutes: int = 60, store: StorePlace) -> None:
    """Give a device a new token; the old one counts for a while longer. Prints the new one, this once.

    Parameters
    ----------
    name
        The device.
    hall
        The hall's id.
    minutes
        How long the old token still counts; 0 ends it at once.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.devices import rotate_device

    sys.exit(rotate_device(store, hall, name, minutes))


@device_app.command
def revoke(name: str, *, hall: HallId, store: StorePlace) -> None:
    """Take all tokens of a device back; its open screens close at once.

    Parameters
    ----------
    name
        The device.
    hall
        The hall's id.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.devices import revoke_device

    sys.exit(revoke_device(store, hall, name))


# --- yichuang audit -----------------------------------------------------------------------------------


def audit(
    *, hall: HallId, who: str = "", date: str = "", act: str = "", ticket: str = "", store: StorePlace
) -> None:
    """Say who did what, from the hall's logs, in order: time, who, act, and what it was about.

    Parameters
    ----------
    hall
        The hall's id.
    who
        One person or device only, as the logs call them (staff:li.na, device:k1, operator:root).
    date
        One business date only; without it the register and every day of the store.
    act
        One kind of event only (called, class_changed, account_added and so on).
    ticket
        The events of one ticket only, by its number.
    store
        The store's address, or the directory of an embedded store.
    """
    from queue_server.cli.audit import print_audit

    sys.exit(print_audit(store, hall, who, date, act, ticket))
