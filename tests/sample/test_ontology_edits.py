"""Edits of the ontology: label rows do not move, but what is served of them may."""

import pytest
from encord import EncordUserClient, Project
from encord.objects import Object, TextAttribute

from connector.sample import SampleProject

VIDEO = "barn-east-001.mp4"


def _read(client: EncordUserClient, project: SampleProject) -> tuple[Project, set[str], set[str]]:
    """The project as read, and the classes of the objects and the questions of the classifications of one video."""
    read = client.get_project(project.project_hash)
    row = read.list_label_rows_v2(data_title_eq=VIDEO)[0]
    row.initialise_labels()
    objects = {instance.object_name for instance in row.get_object_instances()}
    return read, objects, {each.ontology_item.attributes[0].name for each in row.get_classification_instances()}


def _times(project: SampleProject) -> list[object]:
    return [row.metadata["last_edited_at"] for row in project.rows.values()]


def test_renaming_recolouring_and_adding_change_the_ontology_only(
    client: EncordUserClient, project: SampleProject
) -> None:
    times, edited = _times(project), project.ontology["lastEditedAt"]
    cow = project.class_named("Cow")
    coat = cow["attributes"][0]
    project.rename_feature(cow["featureNodeHash"], "Dairy cow")
    project.recolour_class(cow["featureNodeHash"], "#123456")
    project.rename_feature(coat["options"][0]["featureNodeHash"], "Pied")
    project.add_option(coat["featureNodeHash"], "Grey")
    project.add_attribute(cow["featureNodeHash"], "Breed", "radio", ("Holstein", "Jersey"))
    project.add_class("Dog", "bounding_box")
    read, objects, _ = _read(client, project)
    structure = read.ontology_structure
    renamed = structure.get_child_by_hash(cow["featureNodeHash"], type_=Object)
    assert (renamed.name, renamed.color) == ("Dairy cow", "#123456")
    assert {item.name for item in structure.objects} >= {"Dog", "Dairy cow"}
    assert "Dairy cow" in objects
    assert [option["label"] for option in coat["options"]] == ["Pied", "Red and white", "Brown", "White", "Grey"]
    assert _times(project) == times
    assert project.ontology["lastEditedAt"] > edited


@pytest.mark.parametrize("name", ["Cow", "Barn light"])
def test_labels_of_an_archived_class_vanish_and_come_back(
    client: EncordUserClient, project: SampleProject, name: str
) -> None:
    times = _times(project)
    feature_hash = project.class_named(name)["featureNodeHash"]
    _, objects, questions = _read(client, project)
    assert name in objects | questions
    project.archive_feature(feature_hash)
    _, fewer_objects, fewer_questions = _read(client, project)
    assert fewer_objects | fewer_questions == (objects | questions) - {name}
    project.unarchive_feature(feature_hash)
    assert _read(client, project)[1:] == (objects, questions)
    assert _times(project) == times


def test_archived_labels_are_served_to_who_asks_for_them(client: EncordUserClient, project: SampleProject) -> None:
    project.archive_feature(project.class_named("Cow")["featureNodeHash"])
    row = client.get_project(project.project_hash).list_label_rows_v2(data_title_eq=VIDEO)[0]
    row.initialise_labels(include_archived=True)
    assert "Cow" in {instance.object_name for instance in row.get_object_instances()}


def test_answers_with_an_archived_option_lose_it(client: EncordUserClient, project: SampleProject) -> None:
    coat = project.class_named("Cow")["attributes"][0]
    for option in coat["options"]:
        project.archive_feature(option["featureNodeHash"])
    row = client.get_project(project.project_hash).list_label_rows_v2(data_title_eq=VIDEO)[0]
    row.initialise_labels()
    cows = [instance for instance in row.get_object_instances() if instance.object_name == "Cow"]
    assert cows
    assert all(cow.get_answer(cow.ontology_item.attributes[0]) is None for cow in cows)


def test_the_dynamic_flag_can_be_changed(client: EncordUserClient, project: SampleProject) -> None:
    remark = next(each for each in project.class_named("Cow")["attributes"] if each["name"] == "Remark")
    project.set_dynamic(remark["featureNodeHash"], is_dynamic=False)
    structure = client.get_project(project.project_hash).ontology_structure
    assert structure.get_child_by_hash(remark["featureNodeHash"], type_=TextAttribute).dynamic is False


def test_a_class_can_be_removed(client: EncordUserClient, project: SampleProject) -> None:
    project.remove_feature(project.class_named("Muzzle")["featureNodeHash"])
    names = {item.name for item in client.get_project(project.project_hash).ontology_structure.objects}
    assert "Muzzle" not in names
    with pytest.raises(LookupError):
        project.remove_feature("nothing=")
