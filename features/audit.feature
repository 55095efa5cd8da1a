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

  Rule: The trail of a tenant is that of all its clients

    Scenario: Two clients, of which one is deleted
      Given the client "My Application"
      And the client "Other Application"
      And Alice added a secret to "Other Application"
      And Alice deleted "My Application"
      When Alice reads the audit trail of the tenant
      Then the trail tells of client.delete, secret.create, client.create, client.create
      And there are 4 in all, on 1 page

    Scenario Outline: Only what <what>
      Given the client "My Application"
      And the client "Other Application"
      And Grace, acting in "acme", rotated the secret of "My Application"
      And Alice changed "My Application" to
        | name | "Renamed" |
      When Alice reads the audit trail of the tenant by "<query>"
      Then the trail tells of <actions>

      Examples:
        | what                      | query                                               | actions                                     |
        | Grace did                 | operator_id=grace                                   | secret.rotate                               |
        | is a creation             | action=client.create                                | client.create, client.create                |
        | was done to a client      | target_id={My Application}                          | client.update, client.create                |
        | Alice did to that client  | target_id={My Application}&operator_id=alice&after= | client.update, client.create                |
        | is not older than a time  | from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z   | client.update, secret.rotate, client.create, client.create |

    Scenario: Nothing was done that long ago
      Given the client "My Application"
      When Alice reads the audit trail of the tenant by "to=2020-01-01T00:00:00Z"
      Then there are 0 in all, on 0 pages

    Scenario Outline: "<query>" is not a filter
      When Alice reads the audit trail of the tenant by "<query>"
      Then it is refused as malformed

      Examples:
        | query                                             |
        | action=client.rename                              |
        | operator_id=                                      |
        | target_id=a%20b                                   |
        | from=yesterday                                    |
        | from=2026-04-15T10:30:01Z&to=2026-04-15T10:30:00Z |

    Scenario: An export has one entry per line, and a link to the next lines
      Given the client "My Application"
      And Alice rotated the secret of "My Application"
      And Alice added a secret to "My Application"
      When Alice exports the audit trail of the tenant by "page_size=2"
      Then each line tells of one: secret.create, secret.rotate
      When Alice follows the link to the next
      Then the trail tells of client.create

    Scenario: Bob reads the trail of his own tenant
      Given the client "My Application"
      And Bob created "Their Application"
      When Bob reads the audit trail of the tenant
      Then the trail tells of client.create
      And its newest entry says
        | operator_id | "bob"    |
        | tenant_id   | "globex" |

    Scenario: Without a token
      Given Alice sends no token
      When Alice reads the audit trail of the tenant
      Then it is refused as unauthenticated

  Rule: Old and new values, if the host records them

    Scenario: A change of the name
      Given the host records the values that change
      And the client "My Application"
      And Alice changed "My Application" to
        | name | "Renamed" |
      When Alice reads the audit trail of the tenant by "view=full"
      Then its newest entry says that name was "My Application" and is "Renamed"
      When Alice reads the audit trail of "My Application" by "view=full"
      Then its newest entry says that name was "My Application" and is "Renamed"

    Scenario: Who does not ask for them gets the documented entry
      Given the host records the values that change
      And the client "My Application"
      And Alice changed "My Application" to
        | name | "Renamed" |
      When Alice reads the audit trail of "My Application"
      Then its newest entry holds exactly
        """
        id tenant_id action operator_id operator_type target_id target_type module level message
        status timestamp
        """
