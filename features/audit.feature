Feature: Read the audit trail
  An administrator sees who did what to a client, when and from where. An operation that changes
  nothing leaves no entry, and no entry contains a secret.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And Grace administers every tenant

  Rule: Every change has one entry, newest first

    Scenario: The life of a client
      Given the client "My Application"
      And Alice changed "My Application" to
        | name | "Renamed" |
      And Alice added a secret to "My Application"
      And Alice rotated the secret of "My Application"
      And Alice deactivated the first secret of "My Application"
      And Alice deleted the second secret of "My Application"
      And Alice deleted "My Application"
      When Alice reads the audit trail of "My Application"
      Then the trail tells of client.delete, secret.delete, secret.deactivate, secret.rotate, secret.create, client.update, client.create
      And there are 7 in all, on 1 page
      And no secret of "My Application" is in the answer

    Scenario: A clone has its own trail
      Given the client "My Application"
      And Alice cloned "My Application"
      When Alice reads the audit trail of "My Application (clone)"
      Then the trail tells of client.clone
      And its newest entry says
        | message | "cloned from {My Application}" |
      When Alice reads the audit trail of "My Application"
      Then the trail tells of client.create

    Scenario: Reading leaves no entry, and neither does a refused operation
      Given the client "My Application"
      And Alice read "My Application"
      When Alice deletes the first secret of "My Application"
      And Bob deletes "My Application"
      And Alice reads the audit trail of "My Application"
      Then the trail tells of client.create

  Rule: An entry says who, what, when and from where

    Scenario: A creation
      Given Alice calls from 192.0.2.7
      And the client "My Application"
      When Alice reads the audit trail of "My Application"
      Then its newest entry holds exactly
        """
        id tenant_id action operator_id operator_type target_id target_type module level message ip
        status timestamp
        """
      And its newest entry says
        | tenant_id     | "acme"             |
        | action        | "client.create"    |
        | operator_id   | "alice"            |
        | operator_type | "admin"            |
        | target_id     | "{My Application}" |
        | ip            | "192.0.2.7"        |
      And its newest entry is of this second

    Scenario: An unknown address is left out
      Given the client "My Application"
      When Alice reads the audit trail of "My Application"
      Then its newest entry holds exactly
        """
        id tenant_id action operator_id operator_type target_id target_type module level message
        status timestamp
        """

    Scenario: Grace is named as a super administrator
      Given the client "My Application"
      And Grace, acting in "acme", rotated the secret of "My Application"
      When Alice reads the audit trail of "My Application"
      Then its newest entry says
        | tenant_id     | "acme"          |
        | action        | "secret.rotate" |
        | operator_id   | "grace"         |
        | operator_type | "super_admin"   |

  Rule: A page at a time

    Scenario: The second page
      Given the client "My Application"
      And Alice rotated the secret of "My Application"
      And Alice added a secret to "My Application"
      When Alice reads the audit trail of "My Application" by "page=2&page_size=2"
      Then the trail tells of client.create
      And there are 3 in all, on 2 pages
      And there is a page before it
      And there is no page after it

    Scenario: A link leads to the next page
      Given the client "My Application"
      And Alice rotated the secret of "My Application"
      And Alice added a secret to "My Application"
      When Alice reads the audit trail of "My Application" by "after=&page_size=2"
      Then the trail tells of secret.create, secret.rotate
      And nobody counted them all
      When Alice follows the link to the next
      Then the trail tells of client.create
      And that was the end of the list

    Scenario Outline: "<query>" is not a page
      Given the client "My Application"
      When Alice reads the audit trail of "My Application" by "<query>"
      Then it is refused as malformed

      Examples:
        | query            |
        | page=0           |
        | page_size=100000 |
        | after=x          |
        | after=&page=1    |

  Rule: Only its own administrators

    Scenario: Bob can't read it
      Given the client "My Application"
      When Bob reads the audit trail of "My Application"
      Then it is refused as not found

    Scenario: A client that never existed
      When Alice asks to audit the client "app-01arz3ndektsv4rrffq69g5fav"
      Then it is refused as not found

    Scenario: Without a token
      Given the client "My Application"
      And Alice sends no token
      When Alice reads the audit trail of "My Application"
      Then it is refused as unauthenticated
