//! Steps taken one after another, with a summary at the end.

use std::time::Instant;

use crate::failure::Failure;
use crate::process::Program;
use crate::say;

/// One thing to check.
pub(crate) struct Step {
    /// Its name, to ask for it alone.
    pub(crate) name: &'static str,
    /// What it is about, in a few words.
    pub(crate) about: &'static str,
    /// What to do.
    pub(crate) work: Work,
}

/// What a step does.
pub(crate) enum Work {
    /// Runs a program; its command line is what repeats the step.
    Program(Program),
    /// Calls a function; `cargo xtask test NAME` repeats the step.
    Call(fn() -> Result<Outcome, Failure>),
}

/// How a step ended that did not fail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Passed,
    /// It does not apply here, and why.
    NotRun(String),
}

impl Step {
    fn take(&self) -> Result<Outcome, Failure> {
        match &self.work {
            Work::Program(program) => program.run().map(|()| Outcome::Passed),
            Work::Call(function) => function(),
        }
    }

    fn repeat(&self) -> String {
        match &self.work {
            Work::Program(program) => program.line(),
            Work::Call(_) => format!("cargo xtask test {}", self.name),
        }
    }
}

/// Takes the steps in order, stops at the first that fails, and prints one line for each.
///
/// # Errors
/// The step that failed, with the command that repeats it.
pub(crate) fn take(steps: &[Step]) -> Result<(), Failure> {
    let mut summary = Vec::new();
    let mut failed = None;
    for step in steps {
        if failed.is_some() {
            summary.push(format!("  -       {:<12} not reached", step.name));
            continue;
        }
        say::progress(&format!("{}: {}", step.name, step.about));
        let begun = Instant::now();
        let result = step.take();
        let seconds = begun.elapsed().as_secs_f64();
        let name = step.name;
        match result {
            Ok(Outcome::Passed) => summary.push(format!("  passed  {name:<12} {seconds:>7.1} s")),
            Ok(Outcome::NotRun(why)) => summary.push(format!("  not run {name:<12} {why}")),
            Err(failure) => {
                say::error(&failure.to_string());
                summary.push(format!("  FAILED  {name:<12} {seconds:>7.1} s"));
                failed = Some(Failure::Step {
                    name,
                    repeat: step.repeat(),
                });
            }
        }
    }
    say::line("");
    for line in &summary {
        say::line(line);
    }
    failed.map_or(Ok(()), Err)
}

/// The steps of these names, in the order of the list; all of them where none is named.
///
/// # Errors
/// A usage error for a name that no step has.
pub(crate) fn chosen(steps: Vec<Step>, names: &[String]) -> Result<Vec<Step>, Failure> {
    if let Some(unknown) = names
        .iter()
        .find(|name| steps.iter().all(|step| step.name != name.as_str()))
    {
        let known: Vec<_> = steps.iter().map(|step| step.name).collect();
        return Err(Failure::Usage(format!(
            "there is no step `{unknown}`; the steps are {}",
            known.join(", ")
        )));
    }
    Ok(steps
        .into_iter()
        .filter(|step| names.is_empty() || names.iter().any(|name| name == step.name))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, call: fn() -> Result<Outcome, Failure>) -> Step {
        Step {
            name,
            about: "",
            work: Work::Call(call),
        }
    }

    #[test]
    fn the_first_failure_ends_the_row_and_names_its_repeat() {
        let steps = [
            step("first", || Ok(Outcome::Passed)),
            step("second", || Err(Failure::Found("broken".to_owned()))),
            step("third", || Err(Failure::Usage("never reached".to_owned()))),
        ];
        let failure = take(&steps).expect_err("the second step fails");
        assert!(
            matches!(&failure, Failure::Step { name: "second", repeat }
                if repeat == "cargo xtask test second"),
            "the failure must name the step that failed first, got: {failure}"
        );
    }

    #[test]
    fn a_step_that_does_not_apply_is_no_failure() {
        let steps = [step("only", || Ok(Outcome::NotRun("not here".to_owned())))];
        assert!(take(&steps).is_ok(), "not applying is not failing");
    }

    #[test]
    fn an_unknown_step_is_refused_rather_than_skipped() {
        let steps = vec![step("known", || Ok(Outcome::Passed))];
        let failure = chosen(steps, &["unknwon".to_owned()]).err();
        assert!(
            matches!(failure, Some(Failure::Usage(_))),
            "a misspelt step must not pass as an empty run"
        );
    }
}
