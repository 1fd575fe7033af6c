//! Verification, write-back and webhooks, spoilt.

use nurturehub_port::{
    Activity, ActivityOutcome, AdapterError, ErrorKind, StepStatus, VerifyStep, WebhookOutcome,
    WriteBackStatus,
};

use crate::broken::{Break, FAITHFUL, Pushed, Reading};
use crate::pages::next_number;

const fn steps(steps: fn(Vec<VerifyStep>) -> Vec<VerifyStep>) -> Break {
    Break { steps, ..FAITHFUL }
}

pub(crate) const BACKWARDS: Break = steps(|mut steps| {
    steps.reverse();
    steps
});

pub(crate) const FAILS_THE_LAST_STEP: Break = steps(|mut steps| {
    if let Some(last) = steps.last_mut() {
        last.status = StepStatus::Failed;
        last.error = Some(AdapterError::new(ErrorKind::Mapping, "There is nobody."));
    }
    steps
});

pub(crate) const ALL_IS_WELL: Break = steps(|mut steps| {
    for step in &mut steps {
        step.status = StepStatus::Passed;
        step.error = None;
    }
    steps
});

const fn pushed(pushed: fn(&[Activity], Pushed) -> Pushed) -> Break {
    Break { pushed, ..FAITHFUL }
}

pub(crate) const OUT_OF_ORDER: Break = pushed(|_, pushed| {
    pushed.map(|mut outcomes| {
        outcomes.reverse();
        outcomes
    })
});

pub(crate) const WRITES_EACH_TIME: Break = Break {
    activities: |activities| {
        let mut anew = activities.to_vec();
        for activity in &mut anew {
            activity.id = format!("{}-{}", activity.id, next_number());
        }
        anew
    },
    pushed: |asked, pushed| {
        pushed.map(|mut outcomes| {
            for (outcome, activity) in outcomes.iter_mut().zip(asked) {
                outcome.id.clone_from(&activity.id);
            }
            outcomes
        })
    },
    ..FAITHFUL
};

pub(crate) const ALL_OR_NOTHING: Break = pushed(|_, pushed| {
    let outcomes = pushed?;
    match outcomes.iter().find_map(|outcome| outcome.error.clone()) {
        Some(error) => Err(error),
        None => Ok(outcomes),
    }
});

pub(crate) const NOTHING_SUPPORTED: Break = pushed(|_, pushed| {
    pushed.map(|mut outcomes| {
        if let Some(first) = outcomes.first_mut() {
            first.status = WriteBackStatus::Unsupported;
            first.error = Some(AdapterError::new(ErrorKind::Unsupported, "Not this one."));
        }
        outcomes
    })
});

pub(crate) const ALWAYS_WRITTEN: Break = pushed(|asked, _| {
    let written = |activity: &Activity| ActivityOutcome {
        id: activity.id.clone(),
        status: WriteBackStatus::Written,
        reference: None,
        error: None,
    };
    Ok(asked.iter().map(written).collect())
});

const fn heard(heard: fn(crate::broken::Heard) -> crate::broken::Heard) -> Break {
    Break { heard, ..FAITHFUL }
}

pub(crate) const HEARS_NOTHING: Break = heard(|heard| {
    heard.map(|mut outcome| {
        outcome.records.clear();
        outcome.removals.clear();
        outcome
    })
});

pub(crate) const BELIEVES_EVERYBODY: Break = Break {
    delivery: |mut delivery| {
        delivery.check_signature = false;
        delivery
    },
    ..FAITHFUL
};

pub(crate) const NEW_KEY_EACH_TIME: Break = heard(|heard| {
    heard.map(|mut outcome| {
        outcome.event.id = next_number().to_string();
        outcome
    })
});

pub(crate) const NO_UNKNOWN_KINDS: Break = heard(|heard| match heard {
    Ok(WebhookOutcome {
        ignored: Some(why), ..
    }) => Err(AdapterError::new(ErrorKind::Protocol, why)),
    other => other,
});

pub(crate) const GARBLED_IS_OUR_MISTAKE: Break =
    heard(|heard| heard.map_err(|error| AdapterError::new(ErrorKind::Internal, error.message)));

const fn reads(reading: Reading) -> Break {
    Break {
        reading,
        ..FAITHFUL
    }
}

pub(crate) const HOARDS: Break = reads(Reading::Hoarded);
pub(crate) const READS_TWICE: Break = reads(Reading::Twice);
pub(crate) const DETACHED: Break = reads(Reading::Detached);
