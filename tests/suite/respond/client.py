"""The steps of `matterleaks respond`, done by mattermostdriver: port, a bot's token, an administrator's token."""

import sys

from mattermostdriver import Driver
from mattermostdriver.exceptions import NoAccessTokenProvided, NotEnoughPermissions, ResourceNotFound


def driver(port, token):
    made = Driver({"url": "127.0.0.1", "port": int(port), "scheme": "http", "token": token, "verify": False})
    made.login()
    return made


def refused(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


port, bot_token, admin_token = sys.argv[1:4]
bot, admin = driver(port, bot_token), driver(port, admin_token)
me = bot.users.get_user("me")
print("logged in as", me["username"])
assert me["username"] == "mlbot" and admin.users.get_user("me")["roles"].startswith("system_admin")
refused(NoAccessTokenProvided, lambda: driver(port, "ybndrfg8ejkmcpqxot1uwisza3"))

team = bot.teams.get_team_by_name("sec")
assert bot.teams.get_team_member(team["id"], me["id"])["user_id"] == me["id"]
refused(ResourceNotFound, lambda: bot.teams.get_team_by_name("none"))
ann = bot.users.get_user_by_username("ann")
assert bot.users.get_user_by_email("ann@example.org")["id"] == ann["id"]

new = {"team_id": team["id"], "name": "incident-0123456789ab", "display_name": "incident", "type": "O"}
channel = bot.channels.create_channel(new)
refused(Exception, lambda: bot.channels.create_channel(new))
assert bot.channels.get_channel_by_name(team["id"], "incident-0123456789ab")["id"] == channel["id"]
refused(ResourceNotFound, lambda: bot.channels.get_channel_by_name(team["id"], "board"))
member = bot.channels.add_user(channel["id"], {"user_id": ann["id"]})
assert member["user_id"] == ann["id"]
print("created", channel["name"], "and added", ann["username"])

post = bot.posts.create_post({"channel_id": channel["id"], "message": "a finding", "props": {"matterleaks": {"key": "k"}}})
uploaded = bot.files.upload_file(channel["id"], files={"files": ("report.json", b'{"a": 1}')})
file_id = uploaded["file_infos"][0]["id"]
with_file = bot.posts.create_post({"channel_id": channel["id"], "message": "a file", "file_ids": [file_id]})
listed = bot.posts.get_posts_for_channel(channel["id"], params={"page": 0, "per_page": 60})
assert listed["order"][:2] == [with_file["id"], post["id"]], listed["order"]
assert listed["posts"][post["id"]]["props"] == {"matterleaks": {"key": "k"}}
direct = bot.channels.create_direct_message_channel([me["id"], ann["id"]])
assert direct["type"] == "D"
bot.posts.create_post({"channel_id": direct["id"], "message": "hello"})
print("posted, uploaded", file_id, "and read", len(listed["order"]), "posts")

bot.channels.delete_channel(channel["id"])
refused(Exception, lambda: bot.posts.create_post({"channel_id": channel["id"], "message": "too late"}))
print("archived", channel["name"])

token_id = bot.users.get_user_sessions("me")[0]["props"]["user_access_token_id"]
assert admin.users.get_user_access_token(token_id)["user_id"] == me["id"]
refused(NotEnoughPermissions, lambda: bot.users.disable_personal_access_token({"token_id": token_id}))
admin.users.disable_personal_access_token({"token_id": token_id})
refused(NoAccessTokenProvided, lambda: bot.users.get_user("me"))
admin.client.make_request("post", "/users/tokens/revoke", options={"token_id": token_id})
refused(ResourceNotFound, lambda: admin.users.get_user_access_token(token_id))
print("disabled and revoked the bot's token")
print("all steps done")
