Feature: Restore a deleted client
  An administrator deletes a client by mistake, finds it in the list of deleted ones, and restores
  it within 30 days. Its secrets have ended, so it gets a new one.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And the client "My Application"

  Rule: A deleted client comes back as it was

    Scenario: The client is restored
      Given Alice deleted "My Application"
      When Alice restores "My Application"
      Then the client is changed
      And "My Application" has
        | name   | "My Application" |
        | status | "active"         |

    Scenario: It keeps its status
      Given Alice changed "My Application" to
        | status | "suspended" |
      And Alice deleted "My Application"
      When Alice restores "My Application"
      Then "My Application" has
        | status | "suspended" |

    Scenario: Its secret has ended
      Given Alice deleted "My Application"
      When Alice restores "My Application"
      Then the secret of "My Application" no longer works

    Scenario: It gets a new secret
      Given Alice deleted "My Application"
      And Alice restored "My Application"
      When Alice rotates the secret of "My Application"
      Then the new secret is shown

    Scenario: The trail tells of it
      Given Alice deleted "My Application"
      And Alice restored "My Application"
      When Alice reads the audit trail of "My Application"
      Then the trail tells of client.restore, client.delete, client.create
      And its newest entry says
        | message   | "restored"         |
        | target_id | "{My Application}" |

  Rule: Within 30 days of its deletion

    Scenario: On the last day
      Given Alice deleted "My Application"
      And Alice's token ends 2600000 seconds later
      And 2591000 seconds pass
      When Alice restores "My Application"
      Then the client is changed

    Scenario: Later
      Given Alice deleted "My Application"
      And Alice's token ends 2600000 seconds later
      And 2592000 seconds pass
      When Alice restores "My Application"
      Then it is refused as not found

  Rule: Only what is deleted

    Scenario: It is not deleted
      When Alice restores "My Application"
      Then it is refused as not found
      And "My Application" is as it was

    Scenario: It is restored already
      Given Alice deleted "My Application"
      And Alice restored "My Application"
      When Alice restores "My Application"
      Then it is refused as not found

    Scenario: Bob can't restore it
      Given Alice deleted "My Application"
      When Bob restores "My Application"
      Then it is refused as not found
      And nobody finds "My Application"

  Rule: Deleted clients have a list of their own

    Scenario: Alice looks for what she deleted
      Given Alice cloned "My Application"
      And Alice deleted "My Application"
      When Alice lists the clients by "deleted=true"
      Then the list shows "My Application"

    Scenario: The others are listed without them
      Given Alice cloned "My Application"
      And Alice deleted "My Application"
      When Alice lists the clients
      Then the list shows "My Application (clone)"

    Scenario: What is restored is deleted no more
      Given Alice deleted "My Application"
      And Alice restored "My Application"
      When Alice lists the clients by "deleted=true"
      Then the list shows nobody

    Scenario: Bob's list shows only what was his
      Given Alice deleted "My Application"
      When Bob lists the clients by "deleted=true"
      Then the list shows nobody
