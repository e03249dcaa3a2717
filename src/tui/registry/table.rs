//! Every action once: name, group, keys, hint and sentence. The order within a group is that of help; among
//! the shown hints, the earlier is the more useful one.

use crossterm::event::KeyCode::{
    BackTab, Backspace, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
};

use super::chord::{control, key, on, run};
use super::{Entry, Group, Hint, Layer};

/// `Action (data = sample) "name" Group Hint "label", Layers: keys; Layers: keys => "sentence",`
macro_rules! actions {
    ($(
        $action:ident $(($data:ty = $sample:literal))? $name:literal $group:ident $hint:ident $label:literal,
        $($($layer:ident)+ : $($chord:expr),+);+ => $doc:literal,
    )*) => {
        /// What a key, a click or a command name asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Action {
            $(#[doc = $doc] $action $(($data))?,)*
        }

        /// The registry.
        pub static TABLE: &[Entry] = &[$(Entry {
            action: Action::$action $(($sample))?,
            name: $name,
            group: Group::$group,
            keys: &[$((&[$(Layer::$layer),+], &[$($chord),+])),+],
            label: $label,
            hint: Hint::$hint,
            doc: $doc,
        }),*];
    };
}

actions! {
    Write "write" Data Shown "write",
        Main: key('w') =>
        "Write the next value at the picked replica, as the picked client.",
    Read "read" Data Shown "read",
        Main: key('r') =>
        "Read at the picked replica, as the picked client.",
    Isolate "isolate" Faults Shown "cut off",
        Main: key('p') =>
        "Cut the picked replica off from all others.",
    Heal "heal" Faults Shown "heal",
        Main: key('P') =>
        "Heal every partition and every cut link.",
    RunUntilConverged "run-until-converged" Time Shown "until converged",
        Main: key('g') =>
        "Run until all replicas agree; pressed again, choose what to run until.",
    Explain "explain" Views Shown "why?",
        Main: key('e') =>
        "Say why the picked replica or the last read is stale, and what will fix it.",
    PauseOrRun "pause" Time Shown "pause",
        Main: key(' ') =>
        "Pause, or run again.",
    Help "help" Program Shown "help",
        Main Question History: key('?'), on(F(1)); Prompt Choice: on(F(1)) =>
        "Show, search and run every action.",
    Pick(u8 = 1) "pick" Move Shown "pick",
        Main: run('1', '9') =>
        "Pick a replica by its number.",
    Left "left" Move Hidden "left",
        Main: on(Left), key('h'); Prompt: on(Left) =>
        "Pick the replica to the left, move left, turn the chosen knob down, or go back in the space-time view.",
    Down "down" Move Hidden "down",
        Main History: on(Down), key('j'); Prompt Choice Help: on(Down) =>
        "Pick the replica below, or move down.",
    Up "up" Move Hidden "up",
        Main History: on(Up), key('k'); Prompt Choice Help: on(Up) =>
        "Pick the replica above, or move up.",
    Right "right" Move Hidden "right",
        Main: on(Right), key('l'); Prompt: on(Right) =>
        "Pick the replica to the right, move right, turn the chosen knob up, or go on in the space-time view.",
    Client "client" Move Shown "client",
        Main: key('i') =>
        "Pick the next client.",
    Session "session" Move Hidden "session",
        Main: key('I') =>
        "Change what the picked client is promised, and how its requests find a replica.",
    NextKey "next-key" Move Hidden "next key",
        Main: key('a') =>
        "Show the next key of the data.",
    PreviousKey "previous-key" Move Hidden "previous key",
        Main: key('A') =>
        "Show the previous key of the data.",
    Inspect "inspect" Move Aside "explain",
        Main History: on(Enter) =>
        "Inspect what is picked, explain the chosen operation, type a value for the chosen knob, or light up causal past and future in the space-time view.",
    NextEvidence "next-evidence" Move Shown "evidence",
        History: key('n') =>
        "Go to the next operation that shows the violation (of a history from elsewhere).",
    PreviousEvidence "previous-evidence" Move Hidden "last evidence",
        History: key('N') =>
        "Go to the operation before, of those that show the violation.",
    Filter "filter" Views Aside "filter",
        Main History: key('/') =>
        "Show only the operations with these words: client:bob key:cart kind:read outcome:unknown stale.",
    Close "close" Move Aside "close",
        Main Prompt Choice Help Question History: on(Esc); Help: on(F(1)) =>
        "Close what is open.",
    WriteTyped "write-typed" Data Hidden "write …",
        Main: key('W') =>
        "Write with a value, key, level and client of your own.",
    ReadTyped "read-typed" Data Hidden "read …",
        Main: key('R') =>
        "Read with a key, level and client of your own.",
    Delete "delete" Data Hidden "delete",
        Main: key('D') =>
        "Delete the shown key at the picked replica.",
    WriteLevel "write-level" Data Hidden "write level",
        Main: key('o') =>
        "Ask more replicas to acknowledge a write, then one again.",
    ReadLevel "read-level" Data Hidden "read level",
        Main: key('O') =>
        "Ask more replicas to answer a read, then one again.",
    CutLink "cut-link" Faults Shown "cut link",
        Main: key('x') =>
        "Cut the link from the picked replica to a second one.",
    RestoreLink "restore-link" Faults Hidden "restore link",
        Main: key('X') =>
        "Restore the link from the picked replica to a second one.",
    Groups "groups" Faults Hidden "groups",
        Main: key('G') =>
        "Draw up a wall: who stands on which side, one way or both; or heal one of several.",
    Crash "crash" Faults Shown "crash",
        Main: key('c') =>
        "Crash the picked replica: what it had only in memory is lost.",
    Restart "restart" Faults Hidden "restart",
        Main: key('C') =>
        "Restart the picked replica.",
    Destroy "destroy" Faults Hidden "destroy",
        Main: key('!') =>
        "Destroy the picked replica: its disk is gone too; a restart brings it back empty.",
    Freeze "freeze" Faults Hidden "freeze",
        Main: key('z') =>
        "Freeze the picked replica: it keeps everything but answers nothing.",
    Thaw "thaw" Faults Hidden "thaw",
        Main: key('Z') =>
        "Thaw the picked replica.",
    RepairNow "repair-now" Faults Hidden "repair now",
        Main: key('f') =>
        "Repair now: the picked replica exchanges all it holds with every other, both ways.",
    Promote "promote" Faults Hidden "promote",
        Main: key('F') =>
        "Promote the picked replica to primary: a failover by hand.",
    SkewClock "skew-clock" Faults Hidden "clock skew",
        Main: key('T') =>
        "Set the clock of the picked replica wrong by a typed amount.",
    LessLatency "less-latency" Network Shown "less latency",
        Main: key('-') =>
        "Less latency on every link; acts on what is sent from now on.",
    MoreLatency "more-latency" Network Shown "more latency",
        Main: key('='), key('+') =>
        "More latency on every link; acts on what is sent from now on.",
    Messages "messages" Network Hidden "messages",
        Main: key('d') =>
        "Stop the clock and list the messages on their way: deliver one, drop, double, delay or hold it.",
    LinkFaults "link-faults" Network Hidden "loss",
        Main: key('L') =>
        "Set loss, duplication and reordering.",
    StepForward "step" Time Shown "step",
        Main: key('.') =>
        "Step to the next event.",
    StepBack "step-back" Time Hidden "step back",
        Main: key(',') =>
        "Step back one event; a command given there starts a branch.",
    Slower "slower" Time Hidden "slower",
        Main: key('<') =>
        "Let the simulation run slower.",
    Faster "faster" Time Hidden "faster",
        Main: key('>') =>
        "Let the simulation run faster.",
    ToStart "to-start" Time Hidden "start",
        Main: on(Home) =>
        "Go to the start of the session.",
    ToLatest "to-latest" Time Hidden "latest",
        Main: on(End) =>
        "Go to the latest moment of the session.",
    Undo "undo" Time Shown "undo",
        Main: key('u') =>
        "Take the last command back, as if it had never been given.",
    Redo "redo" Time Hidden "redo",
        Main: control('r') =>
        "Give the command again that was taken back last.",
    Branches "branches" Time Hidden "branches",
        Main: key('B') =>
        "List the branches and marks of the session; Enter goes there.",
    MarkMoment "mark" Time Hidden "mark",
        Main: key('m') =>
        "Mark this moment, on the timeline bar and in the list of branches (B); at a mark, take it away.",
    NextAnomaly "next-anomaly" Time Aside "next violation",
        Main History: key(']') =>
        "Go to the next thing that goes wrong: a stale read, a broken guarantee, a lost write.",
    PreviousAnomaly "previous-anomaly" Time Hidden "last anomaly",
        Main History: key('[') =>
        "Go back to the last thing that went wrong.",
    NextStep "next-step" Time Shown "next step",
        Main: key('n') =>
        "Do the next step of the preset.",
    Verdicts "verdicts" Views Aside "verdicts",
        Main History: key('E') =>
        "List every verdict with what shows it, and stop the clock at the next anomaly of a kind.",
    NextView "next-view" Views Shown "view",
        Main: on(Tab) =>
        "Show the next view.",
    PreviousView "previous-view" Views Hidden "previous view",
        Main: on(BackTab) =>
        "Show the previous view.",
    NextLayout "layout" Views Hidden "layout",
        Main: key('#') =>
        "Arrange the cluster view in another way: grid, ring, a box for each zone.",
    Knobs "knobs" Views Shown "knobs",
        Main: key('K') =>
        "Show every setting that can be turned live: arrows choose and turn, Enter types.",
    Closer "closer" Views Hidden "closer",
        Main: key('{') =>
        "Draw less time in the space-time view, in more detail.",
    Wider "wider" Views Hidden "wider",
        Main: key('}') =>
        "Draw more time in the space-time view.",
    Fog "fog" Views Hidden "fog of war",
        Main: key('v') =>
        "Fog of war: show only what the picked replica can know, from what it was told; pressed again, everything.",
    Versus "versus" Views Hidden "versus",
        Main: key('V') =>
        "Side by side on one clock: the same seed under another setting from the beginning, or an abandoned future; pressed again, end.",
    NextTheme "next-theme" Views Hidden "theme",
        Main History: key('t') =>
        "Change the theme: dark, light, high contrast, monochrome.",
    Big "big" Views Hidden "big",
        Main: key('b') =>
        "The big mode for projectors, or back: agreement and values in large letters, one view at a time.",
    Copy "copy" Program Hidden "copy",
        Main History: key('y'); Choice Help: control('y') =>
        "Copy what is chosen to the terminal's clipboard: the explanation, the replica's line, the event or operation; in a list, its line.",
    CopyCommand "copy-command" Program Hidden "copy command",
        Main: key('Y') =>
        "Copy the command line that begins this run again.",
    Palette "palette" Program Hidden "palette",
        Main: key(':'), control('p') =>
        "Find anything by its name: actions, views, themes, presets.",
    OpenPreset "open-preset" Program Hidden "presets",
        Main: control('o') =>
        "Open a preset.",
    Save "save" Program Hidden "save",
        Main: key('s') =>
        "Save the session up to now as a preset in the working directory: it replays identically.",
    Resume "resume" Program Hidden "resume",
        Main: key('U') =>
        "Take up the session that was cut short by a kill or a crash, where it ended.",
    Screenshot "screenshot" Program Hidden "screenshot",
        Main: key('S') =>
        "Save the screen as an SVG picture in the working directory.",
    Record "record" Program Hidden "record",
        Main Question: control('s') =>
        "Record the screen as an asciicast in the working directory; pressed again, stop.",
    Redraw "redraw" Program Hidden "redraw",
        Main Prompt Choice Help Question History: control('l') =>
        "Draw the whole screen again.",
    Suspend "suspend" Program Hidden "suspend",
        Main Prompt Choice Help Question History: control('z') =>
        "Return to the shell; `fg` comes back.",
    Quit "quit" Program Shown "quit",
        Main Question History: key('q'), control('c'); Prompt Choice Help: control('c') =>
        "Quit.",
    Accept "accept" Typing Shown "accept",
        Prompt Choice Help: on(Enter) =>
        "Accept the line, choose the entry, or run the action.",
    Complete "complete" Typing Shown "complete",
        Prompt: on(Tab) =>
        "Complete the word, or move to the next field.",
    EraseBack "erase-back" Typing Hidden "erase",
        Prompt Choice Help: on(Backspace), control('h') =>
        "Erase the character before the cursor.",
    EraseForward "erase-forward" Typing Hidden "erase forward",
        Prompt: on(Delete) =>
        "Erase the character under the cursor.",
    EraseAll "erase-all" Typing Hidden "erase all",
        Prompt Choice Help: control('u') =>
        "Erase the line.",
    ToFirst "to-first" Typing Hidden "first",
        Prompt Choice Help Operations History: on(Home) =>
        "Go to the beginning of the line or list.",
    ToLast "to-last" Typing Hidden "last",
        Prompt Choice Help Operations History: on(End) =>
        "Go to the end of the line or list.",
    PageUp "page-up" Typing Hidden "page up",
        Choice Help Operations History: on(PageUp) =>
        "Move up a page.",
    PageDown "page-down" Typing Hidden "page down",
        Choice Help Operations History: on(PageDown) =>
        "Move down a page.",
    Answer(u8 = 0) "answer" Question Shown "answer",
        Question: run('a', 'e') =>
        "Answer the question.",
    MoreHands "more-hands" Question Shown "one more hand",
        Question: key('+'), key('=') =>
        "Count one more hand for the marked answer.",
    FewerHands "fewer-hands" Question Hidden "one hand less",
        Question: key('-') =>
        "Count one hand less for the marked answer.",
    Reveal "reveal" Question Shown "reveal",
        Question: on(Enter) =>
        "Reveal the answer.",
    Forward "forward" Remote Shown "forward",
        Remote RemoteQuestion: on(PageDown) =>
        "Forward: reveal the answer; do the next step of the preset; else what the advice says if that is one key; else go to the next event.",
    Backward "backward" Remote Shown "back",
        Remote: on(PageUp) =>
        "Back one event.",
    RemotePause "remote-pause" Remote Shown "pause",
        Remote: key('.'), key('b') =>
        "Pause, or run again.",
}

impl Action {
    /// The same action for another place in its run of keys: replicas count from 1, answers from 0.
    pub(in crate::tui) fn at(self, place: u8) -> Self {
        match self {
            Self::Pick(_) => Self::Pick(place.saturating_add(1)),
            Self::Answer(_) => Self::Answer(place),
            other => other,
        }
    }

    /// Whether both are the same action, whatever its number.
    pub fn is_kind_of(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}
