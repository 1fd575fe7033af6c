//! A process and all that it starts.

use std::process::{Command, ExitStatus};

use crate::Failure;

/// Gives a process a group of its own, to which all belong that it starts.
pub(crate) fn in_group(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command
}

/// Ends a group at once (SIGKILL). One that has ended already is left alone.
///
/// # Errors
/// Where the system refuses it: what goes on then must not be taken for what was killed.
#[cfg(unix)]
pub(crate) fn end_group(leader: u32) -> Result<(), Failure> {
    use rustix::io::Errno;
    use rustix::process::{Pid, Signal, kill_process_group};

    let leader = i32::try_from(leader).ok().and_then(Pid::from_raw);
    match kill_process_group(leader.ok_or("not a process")?, Signal::KILL) {
        Err(error) if error != Errno::SRCH => Err(error.into()),
        _ => Ok(()),
    }
}

/// There are no groups of processes on this system.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub(crate) fn end_group(_: u32) -> Result<(), Failure> {
    Err("a process and all that it starts can be ended together on Unix alone".into())
}

/// Whether a process was ended by [`end_group`], and not by itself.
pub(crate) fn was_ended(status: ExitStatus) -> bool {
    #[cfg(unix)]
    let ended = std::os::unix::process::ExitStatusExt::signal(&status)
        == Some(rustix::process::Signal::KILL.as_raw());
    #[cfg(not(unix))]
    let ended = !status.success();
    ended
}

/// The proportional memory of a group, in KiB: what several processes share is counted once. None
/// where this system does not say.
pub(crate) fn proportional(leader: u32) -> Option<u64> {
    let mut sum = None;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if group(process) != Some(leader) {
            continue;
        }
        if let Some(own) = own_share(process) {
            sum = Some(sum.unwrap_or(0) + own);
        }
    }
    sum
}

fn group(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The program's name, in brackets, may hold blanks; state, parent and group follow it.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(2)?.parse().ok()
}

fn own_share(process: u32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    #[test]
    fn a_child_of_a_child_is_seen_and_ended() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "exec 3<&0; sh -c 'echo $$; read line <&3' & wait"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut shell = in_group(&mut command).spawn().expect("a shell");
        let mut line = String::new();
        let mut output = BufReader::new(shell.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("the inner shell's id");
        let inner: u32 = line.trim().parse().expect("a number");
        assert_eq!(
            group(inner),
            Some(shell.id()),
            "what it starts is of its group"
        );
        let (both, one) = (proportional(shell.id()), own_share(shell.id()));
        assert!(
            both > one && one.is_some(),
            "the inner shell's memory is added: {both:?} and {one:?}"
        );
        end_group(shell.id()).expect("a signal");
        let status = shell.wait().expect("its end");
        assert_eq!(status.code(), None, "it was ended by a signal");
        assert!(was_ended(status), "and by that one");
        let mut rest = String::new();
        output.read_line(&mut rest).expect("the end of its output");
        assert!(
            rest.is_empty(),
            "the pipe closes only once the inner shell has ended too"
        );
    }
}
