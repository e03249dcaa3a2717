//! The laws of the simulation, tried on random clusters under random faults.
//!
//! # The laws of SEMANTICS §14, each with what breaks it
//!
//! **Overlap.** Where R + W > N no read misses an acknowledged write.
//!
//! ```text
//! holds            overlap   where_read_and_write_sets_overlap_no_read_misses_an_acknowledged_write
//!                  premises  with_every_premise_of_overlap_nothing_is_missed
//!                  zones     levels_that_overlap_over_zones_miss_nothing
//! every premise    premises  without_any_one_premise_of_overlap_something_is_missed
//!   R + W <= N     overlap   where_they_do_not_overlap_a_read_may_miss_one
//!                  zones     local_quorums_of_two_zones_need_not_meet, levels_that_do_not_overlap_…
//!   strict         overlap   sloppy_quorums_break_overlap
//!   exact clocks   overlap   a_skewed_clock_breaks_overlap_under_last_write_wins, …_at_every_level
//!   durable        overlap   a_crash_that_forgets_breaks_overlap, a_lost_disk_breaks_overlap
//!   N, R, W stay   overlap   a_changed_n_breaks_overlap, r_and_w_changed_live_break_overlap
//!   no purge       overlap   a_purged_tombstone_breaks_overlap
//! monotony is another matter: overlap, partial_writes_break_monotony_but_not_overlap
//! ```
//!
//! **Linearizable.** Majorities with blocking repair and exact clocks; one primary that serves all reads and never
//! fails over.
//!
//! ```text
//! holds            linearizable  majorities_with_blocking_repair_and_exact_clocks_are_…
//!                                one_primary_that_serves_all_reads_and_never_fails_over_is_linearizable
//! the checker      alarms        no_alarm_under_majorities_…, no_alarm_where_one_primary_…
//!                                one_and_one_under_walls_show_every_anomaly_there_is
//! every premise    linearizable  without_any_one_premise_some_history_is_explained_by_no_order
//!   blocking       linearizable  a_read_that_answers_before_its_repair_has_arrived_is_not_linearizable
//!   exact clocks   linearizable  a_skewed_clock_is_not_linearizable_whatever_repairs
//!   no failover    linearizable  a_failover_is_not_linearizable, a_failover_by_monitors_loses_what_was_acknowledged
//!   its reads      linearizable  reading_from_replicas_is_not_linearizable
//! ```
//!
//! **Convergence.** Once quiet, with some repair on, all replicas become equal.
//!
//! ```text
//! holds            convergence   with_anti_entropy_every_system_converges_under_every_policy_style_and_digest
//!                                every_leaderless_system_…, every_system_with_a_primary_converges_by_its_own_rules_…
//!                                retransmission_alone_…, hints_alone_converge_where_no_coordinator_goes_down
//!                  replication   members_…_converge_once_quiet
//!                  regions       regions_converge_once_quiet_and_reads_keep_their_promises
//! quiet            convergence   while_clients_write_replicas_need_not_agree
//! some repair      convergence   where_nothing_repairs_a_lost_write_is_never_made_good, and what is told of it:
//!                                never_is_said_of_…_only_where_it_is_true_and_for_the_true_reason
//!   coordinators   convergence   where_the_coordinator_crashes_the_promise_of_retransmission_ends
//!   hints          convergence   where_a_hint_is_gone_or_never_was_the_promise_of_hints_ends
//! ```
//!
//! **No going back.** Hints, repair and anti-entropy never replace a version by one that it supersedes.
//!
//! ```text
//! holds            going_back    what_a_replica_holds_never_becomes_older
//! purges, loss     going_back    a_replica_goes_back_only_where_it_says_that_it_forgot
//!   purges         going_back    a_purged_tombstone_lets_what_was_deleted_come_back_by_anti_entropy_and_by_read_repair
//!   old hints      going_back    a_hint_brings_nothing_back_that_was_deleted_and_forgotten
//! ```
//!
//! **Stable randomness.** A message's delay and fate are a function of the seed and its name.
//!
//! ```text
//! holds            randomness    a_fate_is_a_function_of_the_message_alone
//!                                no_two_messages_of_a_run_share_a_name
//!   every kind                   no_kind_of_leaderless_message_moves_…, no_message_of_a_stream_or_an_election_moves_…
//! what may wait    randomness    in the last of these: on a stream whoever is held up by what went before it
//! ```
//!
//! **Observers.** Whoever sees wider intervals sees no violation that is none.
//!
//! ```text
//! holds            linearizable  a_violation_in_a_wider_view_is_one_in_the_simulators_and_not_the_reverse
//! ```
//!
//! # The files
//!
//! ```text
//! generate     draws → scenario, commands, moves: every command there is
//! schedule     words to write a schedule by hand in, and a naive reading of its facts
//! replay       the same log gives the same run; seeking, undoing and branching lose nothing
//! overlap      where read and write sets overlap no read misses an acknowledged write, and what breaks that
//! premises     the same, premise by premise, on random schedules
//! zones        the same over zones
//! linearizable what is linearizable, and what is not once a premise is given up
//! alarms       the checkers are silent in linearizable settings, and see every anomaly under R = W = 1
//! going_back   what a replica holds never becomes older, and where it may
//! randomness   what a knob or a person does moves no other message
//! network      order on links, and what is said to be stored
//! convergence  every policy × style × digest × protocol converges once quiet, and what never does
//! quorums      what quorums, read repair and N do, message by message
//! merging      commutative, associative, idempotent over versions that really occur
//! sessions     guarantees that are asked for hold, and logical clocks keep cause before effect
//! saved        a session saved as a preset is the same run
//! scenarios    SEMANTICS §13, by number
//! crdt         the laws of counters and sets, and what they promise
//! digests      what replicas compare changes nothing about where they end
//! honesty      what the ledger and `settled` say, against a naive reading of the facts
//! anomalies    what the log of anomalies says, against a naive reading of the facts
//! replication  a primary and its replicas: offsets, logs, majorities, settling, convergence
//! regions      one table in several regions: converging, and what each level of a read promises
//! verdicts     live verdicts on models, k and fates, against naive readings of the same run
//! bounded      nothing grows with the length of a run
//! ```
//!
//! Runs are fixed: each property names its seed, and a failure prints the draws it shrank to. `LAWS_SEED=7` tries
//! others, `LAWS_RUNS=10000` more of those that must be silent.

mod alarms;
mod anomalies;
mod bounded;
mod convergence;
mod crdt;
mod digests;
mod generate;
mod going_back;
mod honesty;
mod linearizable;
mod merging;
mod network;
mod overlap;
mod premises;
mod quorums;
mod randomness;
mod regions;
mod replay;
mod replication;
mod saved;
mod scenarios;
mod schedule;
mod sessions;
mod verdicts;
mod zones;
