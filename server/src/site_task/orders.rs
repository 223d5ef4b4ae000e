//! Orders to devices, as the site task sees them: handed to the worker once their intents are on
//! disk, and settled where nobody else will.

use super::SiteTask;
use castellan_domain::actuation::order::Actuation;
use castellan_domain::actuation::{
    ActuationCommand, ActuationOutcome, ActuationRefusal, ActuationSettled,
};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::refusal::Refusal;
use castellan_domain::stream::Machine;

impl<M: Machine> SiteTask<M> {
    /// Gives orders to the worker. Their turn is on disk.
    pub(super) fn hand_over(&mut self, orders: Vec<Actuation>) {
        for order in orders {
            let about = order.about();
            if let Some(actuations) = &self.actuations {
                actuations.hand_over(order);
            }
            // What the worker did not take is settled by the next turn, which comes at once.
            self.state.has_orphans |= !self.is_held(about);
        }
    }

    /// Settles the intents of the record that nobody carries out: at a start as unknown, because
    /// they may have been sent before it; later as not sent, because what this process sends it
    /// holds until the outcome is recorded.
    pub(super) fn orphans(&self, outcome: ActuationOutcome) -> Vec<Input> {
        let open = self.engine.site().view().open_actuations();
        let left = open.filter(|(_, state)| !self.is_held(state.intent));
        left.map(|(device, state)| {
            Input::Actuated(ActuationSettled {
                about: state.intent,
                device: device.clone(),
                outcome,
            })
        })
        .collect()
    }

    fn is_held(&self, about: castellan_domain::ids::Seq) -> bool {
        let worker = self.actuations.as_ref();
        worker.is_some_and(|actuations| actuations.holds(about))
    }

    /// Without a driver an order is refused before it is one: to put down an intent that cannot be
    /// carried out, and to answer "done", would not be honest.
    pub(super) fn cannot_order(&self, input: &Input) -> Option<Answer> {
        let orders = matches!(
            input,
            Input::Commanded {
                command: Command::Actuation(ActuationCommand::OpenDoor { .. }),
                ..
            }
        );
        (orders && self.actuations.is_none())
            .then_some(Err(Refusal::Actuation(ActuationRefusal::NoDriver)))
    }
}
