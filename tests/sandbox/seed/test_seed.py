import subprocess
import sys

from sandbox.app import create_app
from sandbox.methods import BEHAVIOURS
from sandbox.seed.seed import seeded_company
from sandbox.state.company import Company
from sandbox.state.records import Status
from tests.contract.facts import METHODS
from tests.sandbox.portal import Portal


def test_there_is_a_behaviour_for_every_method() -> None:
    assert set(METHODS) - set(BEHAVIOURS) <= {"methods", "scope"}  # answered for every portal, not by its state
    assert all(behaviour.name == name for name, behaviour in BEHAVIOURS.items())


def test_the_seed_holds_a_session_in_every_state() -> None:
    assert {session.status for session in seeded_company().sessions.values()} == set(Status)


def test_the_seed_is_the_same_every_time() -> None:
    first, second = Portal(), Portal()
    assert first.state() == second.state()


def test_every_reference_in_the_seed_leads_somewhere() -> None:
    company = seeded_company()
    for session in company.sessions.values():
        assert company.chats[session.chat_id].user_code == session.user_code
        assert not session.operator_id or session.operator_id in company.employees
    for message in company.messages.values():
        assert not message.author_id or company.person(message.author_id)
        assert set(message.file_ids) <= set(company.files)
    for webhook in company.webhooks:
        assert webhook.user_id in company.employees


def test_somebody_has_been_waiting_for_long_with_nobody_assigned(portal: Portal) -> None:
    session = portal.session(301)
    assert (session["status"], session["operator_id"]) == (Status.NEW, 0)
    waited = portal.company.clock() - portal.company.sessions[301].created
    assert waited.total_seconds() > 3 * 3600


def test_a_company_of_ones_own_can_be_served() -> None:
    company = Company()
    assert create_app(company).state.company is company


def test_importing_the_package_loads_no_web_framework() -> None:
    script = "import sandbox, sys; sys.exit('starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
