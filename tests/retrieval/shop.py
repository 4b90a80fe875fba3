"""The made-up shop's documents, as passages with an id each: products, each aspect a passage, and its rules."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ASPECTS = {
    "english": {
        "overview": "The {name} is our {kind}. What people ask first: it offers {power}, and it is made to be repaired, not replaced.",
        "weight": "Without its packaging the {name} weighs {weight}. The parcel with everything in it is a little heavier.",
        "colours": "You can order the {name} in {colours}. Other finishes are not planned this season.",
        "price": "The {name} costs {price} euros including tax. Members of our club pay ten per cent less.",
        "part": "Spare parts: a {part} for the {name} is kept in stock for at least seven years and can be changed at home without tools.",
        "cleaning": "Looking after the {name}: {cleaning}. Do not use abrasive sponges.",
        "battery": "Power supply of the {name}. {battery}.",
        "age": "Safety: children from {age} years on may use the {name} when an adult is near. Keep the wrapping away from babies.",
        "noise": "How loud is the {name}? {noise}. We measured this ourselves in an empty room.",
        "fault": "If {fault} on your {name}, switch it off, follow the picture on page nine of the manual and try again. When that does not help, our workshop takes care of it.",
    },
    "german": {
        "overview": "{name}: unser {kind} bietet {power} und lässt sich reparieren statt ersetzen.",
        "weight": "Ohne Verpackung wiegt das Modell {name} {weight}. Das Paket ist etwas schwerer.",
        "colours": "Sie bekommen {name} in den Farben {colours}. Weitere sind in dieser Saison nicht geplant.",
        "price": "{name} kostet {price} Euro einschließlich Steuer. Mitglieder unseres Clubs zahlen zehn Prozent weniger.",
        "part": "Ersatzteile: {part} für {name} halten wir mindestens sieben Jahre vorrätig. Der Wechsel gelingt zu Hause ohne Werkzeug.",
        "cleaning": "Pflege von {name}: {cleaning}. Benutzen Sie keine kratzenden Schwämme.",
        "battery": "Stromversorgung von {name}. {battery}.",
        "age": "Sicherheit: Kinder ab {age} Jahren dürfen {name} benutzen, wenn Erwachsene in der Nähe sind.",
        "noise": "Wie laut ist {name}? {noise}. Gemessen haben wir das in einem leeren Raum.",
        "fault": "Wenn bei {name} {fault}, sehen Sie auf Seite neun der Anleitung nach. Hilft das nicht, kümmert sich unsere Werkstatt darum.",
    },
}


@dataclass(frozen=True, slots=True)
class Text:
    """A passage of the shop; `name` is how a question names it as its answer."""

    name: str
    title: str
    text: str


def texts_of_shop() -> list[Text]:
    """Return every passage of the shop."""
    products = tomllib.loads((HERE / "products.toml").read_text(encoding="utf-8"))
    rules = tomllib.loads((HERE / "rules.toml").read_text(encoding="utf-8"))["rules"]
    told = [
        Text(f"{product['name']}/{aspect}", product["name"], form.format(**product, **product["facts"]))
        for language, forms in ASPECTS.items()
        for product in products[language]
        for aspect, form in forms.items()
    ]
    return told + [Text(rule["name"], rule["title"], rule["text"]) for rule in rules]
