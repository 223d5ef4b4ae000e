//! What stands still before a camera: drawn once for each pose and light.

mod borders;
mod ground;
mod houses;
mod indoors;
mod layout;
mod light;
mod room;
mod shapes;
mod things;

use super::canvas::{Backdrop, Canvas};
use super::space::Flat;
use super::view::View;
use castellan_domain::estate::{CameraPose, Device, Estate};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::BuildingId;
pub(crate) use layout::Layout;
pub use light::Hour;
pub(crate) use light::Light;
use room::Room;

/// How a camera looks of which the document says nothing.
const POSE: CameraPose = CameraPose {
    height_m: 4.0,
    heading_deg: 0.0,
    tilt_deg: 15.0,
    view_deg: 80.0,
    range_m: 30.0,
};

/// Where a camera hangs and looks.
#[derive(Debug, Clone)]
pub(crate) struct Standpoint {
    view: View,
    range_m: f64,
    /// The building that it is in or on.
    building: Option<BuildingId>,
    /// Storeys above the ground.
    ordinal: i16,
    room: Option<Room>,
}

impl Standpoint {
    /// Of a camera whose pictures have so many pixels.
    pub(crate) fn of(estate: &Estate, camera: &Device, width: usize, height: usize) -> Self {
        let pose = camera.camera.unwrap_or(POSE);
        let (east, north) = Anchor::new(estate.anchor).metres(camera.place.at);
        let building = camera.place.building.clone();
        let floor = building.as_ref().zip(camera.place.floor.as_ref());
        let floor = floor.and_then(|(id, label)| {
            let mut buildings = estate.buildings.iter();
            buildings.find(|one| one.id == *id)?.floor(label)
        });
        Self {
            view: View::new([east, north, pose.height_m], &pose, width, height),
            range_m: pose.range_m,
            building,
            ordinal: floor.map_or(0, |floor| floor.ordinal),
            room: Room::of(estate, camera, &pose),
        }
    }

    pub(crate) const fn view(&self) -> &View {
        &self.view
    }

    /// Whether somebody on a storey can be before it at all.
    pub(crate) const fn is_on_its_floor(&self, ordinal: i16) -> bool {
        self.ordinal == ordinal
    }

    /// Metres around it within which people are looked for.
    pub(crate) fn looks_m(&self) -> f64 {
        if self.room.is_some() {
            40.0
        } else {
            (4.0 * self.range_m).max(60.0)
        }
    }

    /// The place below it.
    pub(crate) const fn foot(&self) -> Flat {
        let eye = self.view.eye();
        [eye[0], eye[1]]
    }

    /// What light falls there.
    pub(crate) fn light(&self, hour: Hour) -> Light {
        let eye = self.view.eye();
        match &self.room {
            Some(room) => Light::indoors(eye, room.lamps()),
            None => Light::outdoors(hour, eye, self.range_m),
        }
    }

    /// What stands still before it.
    pub(crate) fn backdrop(&self, layout: &Layout, hour: Hour) -> Backdrop {
        let light = self.light(hour);
        let mut canvas = Canvas::new(&self.view, |direction| light.sky(direction));
        if let Some(room) = &self.room {
            indoors::draw(&mut canvas, room, &light);
        } else {
            ground::draw(&mut canvas, layout, &light);
            houses::draw(&mut canvas, layout, &light, self.building.as_ref());
            things::draw(&mut canvas, layout, &light);
            borders::draw(&mut canvas, layout, &light);
        }
        canvas.develop(hour.film())
    }
}
