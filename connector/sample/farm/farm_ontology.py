"""What is labelled on the sample farm: a dairy herd on camera, on ultrasound, on tape and in the vet's notes."""

import random

from connector.sample.farm.ontology_pieces import (
    Json,
    checklist,
    classification,
    editor_structure,
    numeric,
    object_class,
    radio,
    text,
)


def farm_ontology(source: random.Random) -> Json:
    """The structure of the farm's ontology: every shape and every answer type occurs in it."""
    return editor_structure(_objects(), _classifications(), source)


def _objects() -> list[Json]:
    return [
        object_class(
            "Cow",
            "bounding_box",
            "#2E7D32",
            radio("Coat", "Black and white", "Red and white", "Brown", "White"),
            checklist("Marks", "Ear tag", "Collar", "Freeze brand"),
            text("Ear tag number"),
            numeric("Estimated weight (kg)"),
            radio(
                "Health",
                "Healthy",
                ("Unwell", [radio("Sign", "Lame", "Coughing", ("Other", [text("Which sign")])), numeric("Severity")]),
            ),
            radio("Posture", "Standing", "Lying", "Walking", dynamic=True),
            checklist("Activity", "Ruminating", "Drinking", "Feeding", "Grooming", dynamic=True),
            text("Remark", dynamic=True),
            numeric("Mobility score", dynamic=True),
        ),
        object_class("Calf", "bounding_box", "#8BC34A", radio("Age", "Under a week", "Older")),
        object_class(
            "Herdsperson", "bounding_box", "#1565C0", radio("Task", "Milking", "Feeding", "Cleaning", dynamic=True)
        ),
        object_class("Feed trough", "rotatable_bounding_box", "#EF6C00", numeric("Filled (%)")),
        object_class("Lying area", "polygon", "#6D4C41", checklist("Bedding", "Straw", "Sand", "Wet")),
        object_class("Fence", "polyline", "#546E7A", radio("State", "Sound", "Broken")),
        object_class("Ear tag", "point", "#FDD835"),
        object_class("Gait", "skeleton", "#D81B60", text("Gait remark")),
        object_class("Udder", "bitmask", "#F48FB1"),
        object_class("Water bowl", "circle", "#00ACC1"),
        object_class("Muzzle", "ellipse", "#7E57C2"),
        object_class("Feed wagon", "cuboid_2d", "#C0CA33"),
        object_class("Follicle", "ellipse", "#AD1457", numeric("Diameter (mm)")),
        object_class("Ovary", "polygon", "#4527A0", radio("Side", "Left", "Right")),
        object_class("Call", "audio", "#FF7043", radio("Kind of call", "Moo", "Cough", "Calf call"), text("Who")),
        object_class("Finding", "text", "#26A69A", radio("Urgency", "Routine", "Today", "At once")),
        object_class("Barn post", "cuboid", "#455A64"),
        object_class("Ground", "segmentation", "#A1887F", text("Surface")),
    ]


def _classifications() -> list[Json]:
    return [
        classification(
            radio("Barn light", "Daylight", ("Artificial", [radio("Lamp", "LED", "Sodium"), numeric("Lux")]), "Dark")
        ),
        classification(checklist("Camera trouble", "Dust", "Glare", "Insects")),
        classification(numeric("Cows in view")),
        classification(text("Observer's note")),
        classification(radio("Recording usable", "Yes", ("No", [text("Why not")])), is_global=True),
        classification(radio("Kind of document", "Visit report", "Milk record", "Invoice")),
    ]
