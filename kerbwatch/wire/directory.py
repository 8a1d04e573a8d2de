"""From options to what alerts must know of people and places."""

from __future__ import annotations

from alerts.health import HealthPlan
from alerts.people import Recipient, Role
from alerts.place import Directory, FencePlace, Site, make_directory
from kerbwatch.options import CameraOptions, ServiceOptions


def directory_of(options: ServiceOptions) -> Directory:
    """Site, recipients, cameras and fences as the alert side knows them."""
    site = Site(options.site.id, options.site.name, options.site.timezone)
    recipients = [Recipient(one.id, one.name, Role(one.role)) for one in options.recipients]
    places = [place for camera in options.cameras for place in _places(camera)]
    names = {camera.id: camera.name for camera in options.cameras}
    plans = {
        camera.id: HealthPlan(camera.health.after_ns, camera.health.notify)
        for camera in options.cameras
    }
    return make_directory(site, recipients, places, names, plans, options.duty)


def _places(camera: CameraOptions) -> list[FencePlace]:
    return [
        FencePlace(
            camera_id=camera.id,
            camera_name=camera.name,
            fence_id=fence.id,
            fence_name=fence.name,
            notify=fence.notify,
            notify_of=dict(fence.notify_of),
            clear_after_ns={rule.scenario.id: rule.clear_after_ns for rule in fence.fence.rules},
            polygon=tuple((point.x, point.y) for point in fence.fence.polygon.points),
        )
        for fence in camera.fences
    ]
