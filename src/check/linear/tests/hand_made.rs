//! Histories made by hand, both ways for every model: unknown outcomes, equal moments, concurrent writes.

use std::num::NonZeroUsize;

use crate::check::{
    history::{Action, Counts, History, Lines, Model, Object, Operation, Term},
    linear::{Budget, Judged, Smallest, Spent, Verdict, judge},
};

fn number(value: i64) -> Term {
    Term::Integer(value)
}

fn write(value: i64) -> Action {
    Action::Write(number(value))
}

fn read(value: i64) -> Action {
    Action::Read(number(value))
}

fn cas(from: i64, to: i64) -> Action {
    Action::Cas(number(from), number(to))
}

fn put(text: &str) -> Action {
    Action::Write(Term::text(text))
}

fn get(text: &str) -> Action {
    Action::Read(Term::text(text))
}

fn append(text: &str) -> Action {
    Action::Append(text.to_owned())
}

fn members(members: &[i64]) -> Action {
    Action::Read(Term::set(members.iter().copied().map(Term::Integer).collect()))
}

type Line = (Action, u64, Option<u64>);

fn object(key: Option<Term>, lines: &[Line]) -> Object {
    let operation = |(n, (action, invoked, returned)): (usize, &Line)| Operation {
        process: n.to_string(),
        function: match action {
            Action::Read(_) => "read",
            Action::Write(_) => "write",
            Action::Cas(..) => "cas",
            Action::Append(_) => "append",
            Action::Add(_) => "add",
            Action::Remove(_) => "remove",
        }
        .to_owned(),
        action: action.clone(),
        invoked: *invoked,
        returned: *returned,
        lines: Lines { invoked: 10 * n + 1, returned: returned.map(|_| 10 * n + 2) },
    };
    let mut operations: Vec<Operation> = lines.iter().enumerate().map(operation).collect();
    operations.sort_by_key(|operation| operation.invoked);
    Object { key, operations }
}

fn judged(model: Model, initial: Term, lines: &[Line]) -> Judged {
    let history = History {
        model,
        initial,
        objects: vec![object(None, lines)],
        unheard: Vec::new(),
        counts: Counts::default(),
    };
    judge(&history, Budget::default(), NonZeroUsize::MIN)
}

#[track_caller]
fn holds(model: Model, initial: Term, lines: &[Line]) {
    assert_eq!(judged(model, initial, lines).verdicts, [Verdict::Holds]);
}

/// The lines of the witness.
#[track_caller]
fn violated(model: Model, initial: Term, lines: &[Line]) -> (Vec<usize>, [String; 2]) {
    let judged = judged(model, initial, lines);
    let [Verdict::Violated(Some(witness))] = &*judged.verdicts else { panic!("{judged:?}") };
    assert_eq!(witness.smallest, Smallest::Proved);
    let object = object(None, lines);
    let at = |place: &usize| object.operations[*place].lines.invoked;
    (witness.operations.iter().map(at).collect(), witness.words.clone())
}

const REGISTER: Model = Model::Register;

#[test]
fn a_read_beside_a_write_may_see_either_value() {
    let lines = [(write(100), 0, Some(100)), (read(100), 25, Some(75)), (read(0), 30, Some(60))];
    holds(REGISTER, number(0), &lines);
}

#[test]
fn once_a_new_value_was_read_the_old_one_is_gone() {
    let lines = [(write(200), 0, Some(100)), (read(200), 10, Some(30)), (read(0), 40, Some(90))];
    let (lines, words) = violated(REGISTER, number(0), &lines);
    assert_eq!(lines, [11, 21]);
    assert_eq!(words[0], "Process 2 read 0 on lines 21-22, and no order of the operations explains it.");
    assert_eq!(
        words[1],
        "Before it began, process 1 had read 200 on lines 11-12, and nothing leads from there to 0."
    );
}

#[test]
fn equal_moments_are_concurrent_and_one_later_is_not() {
    let lines = |at: u64| [(write(1), 0, Some(5)), (read(0), at, Some(9))];
    holds(REGISTER, number(0), &lines(5));
    assert_eq!(violated(REGISTER, number(0), &lines(6)).0, [1, 11]);
    holds(REGISTER, number(0), &[(write(1), 3, Some(3)), (read(0), 3, Some(3)), (read(1), 3, Some(3))]);
}

#[test]
fn concurrent_writes_have_one_order_for_all() {
    let writes = [(write(1), 0, Some(10)), (write(2), 0, Some(10))];
    let then = |a: i64, b: i64| [&writes[..], &[(read(a), 11, Some(12)), (read(b), 13, Some(14))]].concat();
    holds(REGISTER, Term::Nil, &then(1, 1));
    holds(REGISTER, Term::Nil, &then(2, 2));
    let (lines, _) = violated(REGISTER, Term::Nil, &then(1, 2));
    assert_eq!(lines, [11, 21, 31], "the write of 2 had returned before the read of 1");
}

#[test]
fn a_stale_read_names_the_two_writes_before_it() {
    let lines =
        [(write(1), 0, Some(1)), (write(2), 2, Some(3)), (read(1), 4, Some(5)), (read(2), 6, Some(7))];
    let (lines, words) = violated(REGISTER, Term::Nil, &lines);
    assert_eq!(lines, [1, 11, 21]);
    assert_eq!(
        words[1],
        "1 was old by then: after process 0 had written 1 on lines 1-2, process 1 had written 2 on lines 11-12, \
         all before it began."
    );
}

#[test]
fn a_value_that_nobody_wrote_and_one_read_too_early_are_told_apart() {
    let (lines, words) = violated(REGISTER, Term::Nil, &[(write(1), 0, Some(1)), (read(7), 2, Some(3))]);
    assert_eq!(lines, [11]);
    assert_eq!(words[1], "Nothing in this history can have left 7, and it began with nil.");
    let (lines, words) = violated(REGISTER, Term::Nil, &[(read(7), 0, Some(1)), (write(7), 2, Some(3))]);
    assert_eq!(lines, [1, 11]);
    assert_eq!(words[1], "7 was written only after that: process 1 write 7 on lines 11-12.");
}

#[test]
fn an_unknown_write_may_take_effect_late_or_never_but_not_twice() {
    let unknown = (write(1), 0, None);
    holds(REGISTER, number(0), &[unknown.clone(), (read(0), 5, Some(6))]);
    holds(REGISTER, number(0), &[unknown.clone(), (read(0), 5, Some(6)), (read(1), 900, Some(901))]);
    let twice = [
        unknown,
        (read(1), 5, Some(6)),
        (write(2), 7, Some(8)),
        (read(2), 9, Some(10)),
        (read(1), 11, Some(12)),
    ];
    let (lines, words) = violated(REGISTER, number(0), &twice);
    assert_eq!(lines, [11, 31, 41]);
    assert!(words[1].starts_with("1 was old by then: after process 1 had read 1"), "{words:?}");
    let early = [(read(1), 0, Some(1)), (write(1), 2, None)];
    assert_eq!(violated(REGISTER, number(0), &early).0, [1, 11]);
}

#[test]
fn a_compare_and_set_sees_what_it_replaces() {
    let model = Model::CasRegister;
    let start = [(write(1), 0, Some(1)), (cas(1, 2), 2, Some(3))];
    holds(model, Term::Nil, &[&start[..], &[(read(2), 4, Some(5))]].concat());
    violated(model, Term::Nil, &[&start[..], &[(read(1), 4, Some(5))]].concat());
    let (lines, _) = violated(model, Term::Nil, &[&start[..], &[(cas(1, 3), 4, Some(5))]].concat());
    assert_eq!(lines, [11, 21], "one write of 1 serves one of the two");
    // Two of the same value race for one chance.
    let race = [(cas(0, 1), 0, Some(9)), (cas(0, 2), 0, Some(9))];
    assert_eq!(violated(model, number(0), &race).0, [1, 11]);
    holds(model, number(0), &[race[0].clone(), (cas(0, 2), 0, None), (read(1), 10, Some(11))]);
    // Unknown ones may be the missing steps of a chain.
    holds(model, number(0), &[(cas(0, 1), 0, None), (cas(1, 2), 1, None), (read(2), 5, Some(6))]);
}

#[test]
fn texts_grow_in_one_order() {
    let model = Model::Kv;
    let empty = || Term::Text(String::new());
    let appends = [(append("a"), 0, Some(5)), (append("b"), 0, Some(5))];
    holds(model, empty(), &[&appends[..], &[(get("ba"), 6, Some(7))]].concat());
    holds(model, empty(), &[&appends[..], &[(get("a"), 1, Some(2)), (get("ab"), 6, Some(7))]].concat());
    let both = [&appends[..], &[(get("ab"), 6, Some(7)), (get("ba"), 8, Some(9))]].concat();
    violated(model, empty(), &both);
    let (lines, words) = violated(model, empty(), &[&appends[..], &[(get("a"), 6, Some(7))]].concat());
    assert_eq!(lines, [11, 21]);
    assert_eq!(
        words[1],
        "Before it began, process 1 had appended \"b\" on lines 11-12, and that is missing."
    );
    holds(model, empty(), &[(put("x"), 0, Some(1)), (append("y"), 2, None), (get("xy"), 9, Some(10))]);
    violated(model, empty(), &[(put("x"), 0, Some(1)), (append("y"), 2, None), (get("xyy"), 9, Some(10))]);
    // A text that one append makes and one that two make are the same.
    holds(model, empty(), &[(append("ab"), 0, Some(1)), (append("c"), 2, Some(3)), (get("abc"), 4, Some(5))]);
}

#[test]
fn sets_have_what_was_added_and_not_what_was_removed() {
    let model = Model::Set;
    let none = || Term::Set(Vec::new());
    let add = |member| Action::Add(number(member));
    let remove = |member| Action::Remove(number(member));
    let added = [(add(1), 0, Some(1)), (add(2), 2, Some(3))];
    holds(model, none(), &[&added[..], &[(members(&[1, 2]), 4, Some(5))]].concat());
    let (lines, words) = violated(model, none(), &[&added[..], &[(members(&[1]), 4, Some(5))]].concat());
    assert_eq!(lines, [11, 21]);
    assert_eq!(words[1], "Before it began, process 1 had added 2 on lines 11-12, and that is missing.");
    violated(model, none(), &[&added[..], &[(members(&[1, 2, 3]), 4, Some(5))]].concat());
    holds(model, none(), &[&added[..], &[(remove(1), 4, Some(9)), (members(&[1, 2]), 5, Some(6))]].concat());
    violated(
        model,
        none(),
        &[&added[..], &[(remove(1), 4, Some(5)), (members(&[1, 2]), 6, Some(7))]].concat(),
    );
    // An unknown addition may stay out of one read and be in the next, not the other way.
    let later = |first: &[i64], second: &[i64]| {
        [(add(3), 0, None), (members(first), 1, Some(2)), (members(second), 3, Some(4))]
    };
    holds(model, none(), &later(&[], &[3]));
    assert_eq!(violated(model, none(), &later(&[3], &[])).0, [11, 21]);
    holds(model, Term::set(vec![number(8)]), &[(members(&[8]), 0, Some(1))]);
}

#[test]
fn nothing_read_is_nothing_told_and_a_spent_budget_is_said() {
    assert_eq!(judged(REGISTER, Term::Nil, &[(write(1), 0, Some(1))]).verdicts, [Verdict::NothingObserved]);
    let mut lines: Vec<Line> = (0..40).map(|n| (cas(n % 7, (n * 3) % 7), 0, Some(100))).collect();
    lines.push((read(6), 101, Some(102)));
    let history = History {
        model: Model::CasRegister,
        initial: number(0),
        objects: vec![object(None, &lines)],
        unheard: Vec::new(),
        counts: Counts::default(),
    };
    let spent = |steps, memory| judge(&history, Budget { steps, memory }, NonZeroUsize::MIN).verdicts;
    assert_eq!(spent(20, 1 << 30), [Verdict::Spent(Spent::Steps)]);
    assert_eq!(spent(u64::MAX, 1), [Verdict::Spent(Spent::Memory)]);
}

#[test]
fn any_number_of_threads_gives_the_same_verdicts_and_a_violation_ends_the_race() {
    // Keys that take long, and one in the middle that is violated soon.
    let mut hard: Vec<Line> = vec![(cas(0, 0), 0, Some(0))];
    hard.extend((1..=16).map(|value| (write(value), 1, Some(1_000))));
    hard.extend([(read(1), 1_001, Some(1_002)), (read(2), 1_003, Some(1_004))]);
    let mut objects: Vec<Object> = (0..9).map(|key| object(Some(number(key)), &hard)).collect();
    objects[4] = object(Some(number(4)), &[(write(1), 0, Some(1)), (read(0), 2, Some(3))]);
    let history = History {
        model: Model::CasRegister,
        initial: number(0),
        objects,
        unheard: Vec::new(),
        counts: Counts::default(),
    };
    let by = |threads| judge(&history, Budget::default(), NonZeroUsize::new(threads).expect("some"));
    let one = by(1);
    assert!(matches!(one.verdicts[4], Verdict::Violated(Some(_))), "{one:?}");
    assert!(one.verdicts.contains(&Verdict::Abandoned), "{one:?}");
    assert_eq!(one, by(2));
    assert_eq!(one, by(7));
}
