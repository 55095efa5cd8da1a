Feature: Delete a client
  An administrator deletes a client. It can't be found any more, its secrets stop working at once,
  and its audit trail can still be read.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And the client "My Application"

  Rule: A deleted client can't be found

    Scenario: The client is deleted
      When Alice deletes "My Application"
      Then it is gone, without a word
      And nobody finds "My Application"

    Scenario Outline: Nobody can <what> it any more
      Given Alice deleted "My Application"
      When Alice asks to <what> "My Application"
      Then it is refused as not found

      Examples:
        | what    |
        | read    |
        | change  |
        | clone   |
        | delete  |
        | rotate  |
        | add     |
        | inspect |

    Scenario: Its clone is not affected
      Given Alice cloned "My Application"
      And Alice deleted "My Application"
      When Alice lists the clients
      Then the list shows "My Application (clone)"
      And the secret of "My Application (clone)" works

    Scenario: A new client with the same name is a different client
      Given Alice deleted "My Application"
      When Alice creates a client with
        | name          | "My Application"                     |
        | redirect_uris | ["https://app.example.com/callback"] |
      Then the client is created
      And nobody finds "My Application"

  Rule: The audit trail remains

    Scenario: The deletion is its last entry
      Given Alice deleted "My Application"
      When Alice reads the audit trail of "My Application"
      Then the trail tells of client.delete, client.create
      And its newest entry says
        | message   | "deleted"          |
        | target_id | "{My Application}" |

    Scenario: Bob still can't read it
      Given Alice deleted "My Application"
      When Bob reads the audit trail of "My Application"
      Then it is refused as not found

  Rule: If-Match makes the deletion conditional

    Scenario: Nobody changed it
      Given Alice read "My Application"
      When Alice deletes "My Application", if it is as she read it
      Then it is gone, without a word

    Scenario: Somebody changed it meanwhile
      Given Alice read "My Application"
      And Alice changed "My Application" to
        | name | "Renamed" |
      When Alice deletes "My Application", if it is as she read it
      Then it is refused as stale
      And "My Application" has
        | name | "Renamed" |
      And the secret of "My Application" works

    Scenario: A new secret counts as a change
      Given Alice read "My Application"
      And Alice added a secret to "My Application"
      When Alice deletes "My Application", if it is as she read it
      Then it is refused as stale

  Rule: Only its own administrators

    Scenario: Bob can't delete it
      When Bob deletes "My Application"
      Then it is refused as not found
      And "My Application" is as it was

    Scenario: Without a token
      Given Alice sends no token
      When Alice deletes "My Application"
      Then it is refused as unauthenticated
      And "My Application" is as it was
