"""Which message goes to which path, who may send it, and what answers it."""

from dataclasses import dataclass

from messages import conditions, facts, orders, uses, visits
from messages.wire import Message


@dataclass(frozen=True, slots=True)
class Route:
    """`POST path`; `senders` are the roles a party certificate must name to be heard (`trust.parties`)."""

    path: str
    message: type[Message]
    reply: type[Message]
    senders: frozenset[str]
    body_bytes_max: int = 65_536


_KIOSK = frozenset({"kiosk"})
_CENTER = frozenset({"center"})

ROUTES: tuple[Route, ...] = (
    Route("/v1/directory", visits.AskDirectory, visits.Directory, _KIOSK),
    Route("/v1/visits/open", visits.OpenVisit, visits.VisitOpened, _KIOSK),
    Route("/v1/visits/authenticate", visits.Authenticate, visits.Admitted, _KIOSK),
    Route("/v1/visits/kinds", visits.AskKinds, visits.KindsOffered, _KIOSK),
    Route("/v1/visits/choices", visits.AskChoices, visits.Choices, _KIOSK),
    Route("/v1/visits/apply", visits.Apply, visits.CertificateReady, _KIOSK),
    Route("/v1/visits/report", visits.Report, visits.Acknowledged, _KIOSK),
    Route("/v1/visits/use", uses.ApplyForUse, uses.UseReceived, _KIOSK),
    Route("/v1/visits/use/status", uses.AskUse, uses.Use, _KIOSK),
    Route("/v1/visits/close", visits.CloseVisit, visits.VisitClosed, _KIOSK),
    Route("/v1/choices", orders.OfferChoices, orders.ChoicesOffered, _CENTER),
    Route("/v1/orders", orders.IssueOrder, orders.Issued, _CENTER),
    Route("/v1/outcomes", orders.TellOutcome, orders.OutcomeNoted, _CENTER),
    Route("/v1/referrals", orders.AskReferral, orders.Referred, _CENTER),
    Route("/v1/uses", uses.RegisterUse, uses.UseTaken, _CENTER),
    Route("/v1/uses/status", uses.AskRegisteredUse, uses.RegisteredUse, _CENTER),
    Route("/v1/conditions", conditions.AskCondition, conditions.Condition, _CENTER),
    Route("/v1/inventories", conditions.AskInventory, conditions.Inventory, _CENTER),
    Route("/v1/prices", facts.AskPrices, facts.Prices, _CENTER),
    Route("/v1/facts", facts.MeterFacts, facts.FactsMetered, _CENTER, body_bytes_max=4_194_304),
)

BY_MESSAGE: dict[type[Message], Route] = {route.message: route for route in ROUTES}
