use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::ptr;

use cucumber::event::{Cucumber, Feature, Hook, Rule, Scenario, Source, Step, StepError};
use cucumber::writer::Normalized;
use cucumber::{Event, Writer, cli, gherkin, parser};

/// Counts the scenarios and prints the faults of failed ones.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub passed: usize,
    pub failed: usize,
    unreadable: usize,
    faulty: BTreeSet<usize>,
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.failed == 0 && self.unreadable == 0
    }

    fn scenario<W>(
        &mut self,
        feature: &gherkin::Feature,
        scenario: &Source<gherkin::Scenario>,
        event: &Scenario<W>,
    ) {
        // An outline yields one scenario per example, all with the same name.
        let identity = ptr::from_ref::<gherkin::Scenario>(scenario).addr();
        let fault = match event {
            Scenario::Background(step, Step::Failed(_, _, _, fault))
            | Scenario::Step(step, Step::Failed(_, _, _, fault)) => tell(step, fault),
            Scenario::Hook(_, Hook::Failed(_, panic)) => {
                let why = panic.downcast_ref::<String>();
                format!("the service did not start: {why:?}")
            }
            Scenario::Finished if self.faulty.remove(&identity) => {
                self.failed += 1;
                return;
            }
            Scenario::Finished => {
                self.passed += 1;
                return;
            }
            _ => return,
        };
        let (of, name) = (&feature.name, &scenario.name);
        println!(
            "FAILED {of}: {name} (line {})\n    {fault}\n",
            scenario.position.line
        );
        self.faulty.insert(identity);
    }
}

fn tell(step: &gherkin::Step, fault: &StepError) -> String {
    let (keyword, text) = (&step.keyword, &step.value);
    format!("{keyword}{text} (line {})\n    {fault}", step.position.line)
}

impl<W: Debug + 'static> Writer<W> for Report {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<Cucumber<W>>>, _: &Self::Cli) {
        match event.as_deref() {
            Ok(Cucumber::Feature(
                feature,
                Feature::Scenario(scenario, event)
                | Feature::Rule(_, Rule::Scenario(scenario, event)),
            )) => self.scenario(feature, scenario, &event.event),
            Ok(_) => {}
            Err(error) => {
                println!("FAILED to read a feature: {error}\n");
                self.unreadable += 1;
            }
        }
    }
}

/// The output of a scenario is self-contained, so events may arrive in any order.
impl Normalized for Report {}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}
