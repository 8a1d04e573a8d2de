"""``kerbwatch cases``: which cases there are, and what people do with them."""

from __future__ import annotations

import typer

from kerbwatch.cli.cases_act import pictured, plain, until
from kerbwatch.cli.cases_quiet import lift, list_silences, silence
from kerbwatch.cli.cases_report import report
from kerbwatch.cli.cases_shown import list_cases, show_case
from kerbwatch.cli.speak import TEXT

cases = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

cases.command("list", help=TEXT("help.cases_list"))(list_cases)
cases.command("show", help=TEXT("help.cases_show"))(show_case)
cases.command("accept", help=TEXT("help.cases_accept"))(plain("accept"))
cases.command("handle", help=TEXT("help.cases_handle"))(pictured("handle"))
cases.command("reject", help=TEXT("help.cases_reject"))(plain("reject"))
cases.command("extend", help=TEXT("help.cases_extend"))(until("extend"))
cases.command("return", help=TEXT("help.cases_return"))(pictured("return"))
cases.command("suspend", help=TEXT("help.cases_suspend"))(until("suspend"))
cases.command("note", help=TEXT("help.cases_note"))(pictured("note"))
cases.command("close", help=TEXT("help.cases_close"))(pictured("close"))
cases.command("reopen", help=TEXT("help.cases_reopen"))(plain("reopen"))
cases.command("report", help=TEXT("help.cases_report"))(report)
cases.command("silence", help=TEXT("help.cases_silence"))(silence)
cases.command("snooze", help=TEXT("help.cases_snooze"))(until("snooze"))
cases.command("lift", help=TEXT("help.cases_lift"))(lift)
cases.command("silences", help=TEXT("help.cases_silences"))(list_silences)
