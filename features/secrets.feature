Feature: Replace the secrets of a client
  An administrator replaces a secret without an outage: by a rotation, after which the old one still
  works for a while, or by adding a second secret. A leaked secret can be stopped at once.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And the client "My Application"

  Rule: A rotation replaces all active secrets

    Scenario: One active secret is replaced
      When Alice rotates the secret of "My Application"
      Then the new secret is shown
      And the second secret of "My Application" works
      And "My Application" shows the end of its second secret
      When Alice lists the secrets of "My Application"
      Then they are active, retired
      And the newest of them holds exactly
        """
        secret_id status created_at updated_at
        """
      And no secret of "My Application" is in the answer

    Scenario: Two active secrets are replaced
      Given Alice added a secret to "My Application"
      And Alice rotated the secret of "My Application"
      When Alice lists the secrets of "My Application"
      Then they are active, retired, retired

    Scenario: If no secret is active, a new one is created
      Given Alice deactivated the first secret of "My Application"
      When Alice rotates the secret of "My Application"
      Then the new secret is shown
      And the second secret of "My Application" works
      But the first secret of "My Application" no longer works

  Rule: A replaced secret works for four more hours

    Scenario: Just before the four hours are over
      Given Alice rotated the secret of "My Application"
      When 14399 seconds pass
      Then the first secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, retired
      And the last of them ends 14400 seconds after it was replaced

    Scenario: After four hours
      Given Alice rotated the secret of "My Application"
      When 14400 seconds pass
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, inactive

    Scenario: At most two replaced secrets work at a time
      Given Alice rotated the secret of "My Application"
      And Alice rotated the secret of "My Application"
      And Alice rotated the secret of "My Application"
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" works
      And the third secret of "My Application" works
      And the fourth secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, retired, retired, inactive

    Scenario: A leaked secret can be stopped before
      Given Alice rotated the secret of "My Application"
      When Alice deactivates the first secret of "My Application"
      Then the secret is stopped
      And the first secret of "My Application" no longer works

  Rule: A rotation may have a grace period of its own

    Scenario: None, after a leak
      Given Alice rotated the secret of "My Application"
      When Alice rotates the secret of "My Application" with
        | grace_period | 0 |
      Then the new secret is shown
      And the first secret of "My Application" no longer works
      And the second secret of "My Application" no longer works
      And the third secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are active, inactive, inactive

    Scenario: A day, for a partner
      When Alice rotates the secret of "My Application" with
        | grace_period | 86000 |
      When 85999 seconds pass
      Then the first secret of "My Application" works
      When 1 seconds pass
      Then the first secret of "My Application" no longer works

    Scenario Outline: It is not <grace>
      When Alice rotates the secret of "My Application" with
        | grace_period | <grace> |
      Then it is refused as malformed
      And the message names "grace_period"
      And the first secret of "My Application" works

      Examples:
        | grace   |
        | -1      |
        | 0.5     |
        | "0"     |
        | 2592001 |

  Rule: A new secret may have a description and an expiry

    Scenario: Added until then
      When Alice adds a secret to "My Application" with
        | description | "The nightly build"   |
        | expires_at  | 3600 seconds from now |
      Then the added secret is shown
      When Alice lists the secrets of "My Application"
      Then they are active, active
      And the newest of them says
        | description | "The nightly build"   |
        | expires_at  | 3600 seconds from now |
      When 3600 seconds pass
      Then the second secret of "My Application" no longer works
      And the first secret of "My Application" works
      When Alice lists the secrets of "My Application"
      Then they are inactive, active
      When Alice adds a secret to "My Application"
      Then the added secret is shown

    Scenario: Rotated until then
      When Alice rotates the secret of "My Application" with
        | expires_at | 3600 seconds from now |
      Then the new secret is shown
      When 3600 seconds pass
      Then the second secret of "My Application" no longer works
      And the first secret of "My Application" works

    Scenario: The first one
      Given the client "Nightly" with
        | client_secret_options | {"description":"CI","expires_at":"2999-12-31T23:59:59Z"} |
      When Alice lists the secrets of "Nightly"
      Then they are active
      And the newest of them says
        | description | "CI"                   |
        | expires_at  | "2999-12-31T23:59:59Z" |

    Scenario Outline: The <member> is not <value>
      When Alice adds a secret to "My Application" with
        | <member> | <value> |
      Then it is refused as malformed
      And the message names "<member>"

      Examples:
        | member      | value                  |
        | description | "a\\tb"                |
        | description | "n" 1025 times         |
        | description | 7                      |
        | expires_at  | "2020-01-01T00:00:00Z" |
        | expires_at  | "2999-12-31"           |
        | expires_at  | 32503680000            |
        | expires_at  | 0 seconds from now     |

  Rule: A client may have two active secrets

    Scenario: Both work
      When Alice adds a secret to "My Application"
      Then the added secret is shown
      And the first secret of "My Application" works
      And the second secret of "My Application" works
      And "My Application" shows the end of its second secret

    Scenario: A third secret is refused
      Given Alice added a secret to "My Application"
      When Alice adds a secret to "My Application"
      Then it is refused as one too many
      And the audit trail of "My Application" has 2 entries

    Scenario: A stopped secret does not count
      Given Alice added a secret to "My Application"
      And Alice deactivated the first secret of "My Application"
      When Alice adds a secret to "My Application"
      Then the added secret is shown

    Scenario: A replaced secret does not count
      Given Alice rotated the secret of "My Application"
      When Alice adds a secret to "My Application"
      Then the added secret is shown
      And the first secret of "My Application" works

  Rule: A secret can be stopped at once

    Scenario: One of two
      Given Alice added a secret to "My Application"
      When Alice deactivates the second secret of "My Application"
      Then the secret is stopped
      And the second secret of "My Application" no longer works
      And the first secret of "My Application" works
      And "My Application" shows the end of its first secret

    Scenario: The last one
      When Alice deactivates the first secret of "My Application"
      Then the secret is stopped
      And the first secret of "My Application" no longer works
      And "My Application" has no secret_last_four
      When Alice lists the secrets of "My Application"
      Then they are inactive

    Scenario: A stopped secret is never accepted again
      Given Alice deactivated the first secret of "My Application"
      And Alice rotated the secret of "My Application"
      And Alice deactivated the second secret of "My Application"
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" no longer works

  Rule: A secret can be deleted, except for the last one

    Scenario: One of two
      Given Alice added a secret to "My Application"
      When Alice deletes the first secret of "My Application"
      Then it is gone, without a word
      And the first secret of "My Application" no longer works
      When Alice lists the secrets of "My Application"
      Then they are active

    Scenario: Not the last one
      When Alice deletes the first secret of "My Application"
      Then it is refused as malformed
      And the first secret of "My Application" works

    Scenario: Not the last active one
      Given Alice rotated the secret of "My Application"
      When Alice deletes the second secret of "My Application"
      Then it is refused as malformed
      And the second secret of "My Application" works

    Scenario: A deleted secret can't be deleted again
      Given Alice added a secret to "My Application"
      And Alice deleted the first secret of "My Application"
      When Alice deletes the first secret of "My Application"
      Then it is refused as not found

  Rule: A client that can't use a secret has none

    Scenario: A public client
      Given the client "Browser App" with
        | is_confidential | false |
      When Alice lists the secrets of "Browser App"
      Then there are none

    Scenario Outline: A public client can't <what> a secret
      Given the client "Browser App" with
        | is_confidential | false |
      When Alice asks to <what> "Browser App"
      Then it is refused as malformed
      And the message names "client_auth_methods"
      And no secret of "Browser App" is stored

      Examples:
        | what   |
        | rotate |
        | add    |

    Scenario: A client that goes public loses its secrets
      Given Alice rotated the secret of "My Application"
      And Alice changed "My Application" to
        | is_confidential | false |
      Then the first secret of "My Application" no longer works
      And the second secret of "My Application" no longer works
      When Alice lists the secrets of "My Application"
      Then they are inactive, inactive

  Rule: The secrets of a suspended client can be managed

    Scenario Outline: A client that is <status>
      Given Alice changed "My Application" to
        | status | "<status>" |
      And Alice added a secret to "My Application"
      And Alice rotated the secret of "My Application"
      And Alice deleted the first secret of "My Application"
      When Alice deactivates the second secret of "My Application"
      Then the secret is stopped
      And "My Application" has
        | status | "<status>" |

      Examples:
        | status    |
        | suspended |
        | inactive  |

  Rule: Only its own administrators

    Scenario Outline: Bob can't <what> them
      When Bob asks to <what> "My Application"
      Then it is refused as not found
      And "My Application" is as it was

      Examples:
        | what    |
        | rotate  |
        | add     |
        | inspect |

    Scenario: A secret belongs to its client
      Given the client "Another"
      When Alice deactivates the first secret of "My Application" as one of "Another"
      Then it is refused as not found
      And the first secret of "My Application" works

    Scenario Outline: Without a token nobody can <what> them
      Given Alice sends no token
      When Alice asks to <what> "My Application"
      Then it is refused as unauthenticated

      Examples:
        | what    |
        | rotate  |
        | add     |
        | inspect |
