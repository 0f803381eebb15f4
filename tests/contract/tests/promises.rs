//! Every promise, kept by every store.

use contract::bench::{InMemory, OnDynamoDb};

macro_rules! kept_by_both {
    ($($topic:ident: $($promise:ident)+;)+) => {$($(
        mod $promise {
            use super::*;

            #[tokio::test]
            async fn in_memory() {
                contract::promises::$topic::$promise(&InMemory::default()).await;
            }

            #[tokio::test]
            async fn on_dynamodb() {
                contract::promises::$topic::$promise(&OnDynamoDb::new().await).await;
            }
        }
    )+)+};
}

kept_by_both! {
    commits:
        a_record_is_read_back_as_it_was_committed
        all_of_a_commit_is_written
        a_conflict_writes_nothing_and_says_which_it_was
        what_is_once_only_is_refused_to_its_own_lead_too
        the_version_that_was_read_must_still_stand
        the_same_claim_is_given_once_though_two_ask_at_one_moment
        a_merge_writes_both_records_and_leads_every_name_to_the_one_that_goes_on
        a_merge_that_meets_anything_on_either_side_writes_nothing
        an_event_that_concerns_nobody_is_seen_once
        a_marker_ends_after_thirty_days_and_not_before
        markers_and_identities_are_each_business_s_own
        an_empty_commit_changes_nothing
        a_row_that_is_put_and_done_at_once_stays;
    broadcasts:
        a_broadcast_goes_on_from_where_it_stood;
    campaigns:
        a_campaign_is_read_back_and_its_inbox_goes_with_it
        of_two_who_number_at_once_one_begins_anew
        grants_are_found_by_lead_and_page_by_page
        a_pool_keeps_its_order_and_what_is_there
        all_agree_on_a_pace;
    inboxes:
        events_are_read_back_in_the_order_in_which_they_happened
        an_event_of_any_kind_is_read_back_as_it_was
        an_event_that_is_put_again_is_there_once
        a_row_that_is_deleted_is_gone_and_may_be_deleted_again
        what_cannot_be_read_is_named_and_holds_nobody_up
        a_parked_row_wakes_nobody_until_it_is_put_back
        a_parked_row_that_is_put_or_deleted_needs_nobody_any_more
        a_row_that_is_gone_is_not_parked
        an_event_too_large_for_an_item_does_not_hold_up_its_neighbours;
    dueness:
        a_crowd_is_found_page_by_page_and_each_once
        a_lead_is_due_where_its_record_says_and_nowhere_else
        an_undecided_event_is_due_from_its_arrival_until_it_is_decided
        a_row_that_cannot_be_read_is_due_too;
    timelines:
        a_status_counts_once_and_the_first_word_stays
        a_timeline_is_in_order_with_deliveries_among_its_entries
        many_commits_of_one_moment_keep_all_their_entries
        an_entry_with_a_very_long_text_is_committed;
    operator:
        parked_work_is_shown_until_it_is_mended
        leads_come_before_events_before_notices_and_a_limit_holds
        the_roster_gives_every_lead_once_page_by_page;
    erasures:
        an_erased_name_leads_nowhere_and_remembers_why
        nobody_takes_an_erased_name_without_knowing_it
        a_name_that_nobody_had_is_erased_and_somebody_s_is_not
        what_stands_beside_a_record_goes_page_by_page
        events_up_to_a_moment_go_and_later_ones_stay
        a_record_is_deleted_only_as_it_was_read;
    installation:
        an_asset_leads_to_its_business
        the_pulse_and_the_released_table_are_kept
        a_playbook_of_any_length_is_kept_as_it_was_first_stored
        the_current_playbook_is_the_one_that_was_set;
}
