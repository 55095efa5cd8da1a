Feature: Clients that register themselves
  Programs register themselves where the host lets them. An administrator issues initial access
  tokens to those that may, and decides on those that wait for an approval.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And the host lets clients of "acme" register, and asks for an approval

  Rule: A pending client waits for an administrator

    Scenario: It is in the queue
      Given the client "Editor" registered itself
      When Alice lists the registrations by "state=pending"
      Then the registrations are: Editor
      And "Editor" has
        | status | "inactive" |

    Scenario: It is approved
      Given the client "Editor" registered itself
      When Alice approves "Editor"
      Then the client is changed
      And the answer says
        | status | "active"   |
        | state  | "approved" |
      And "Editor" has
        | status | "active" |

    Scenario: It is denied
      Given the client "Editor" registered itself
      When Alice denies "Editor"
      Then the client is changed
      And the answer says
        | status | "inactive" |
        | state  | "denied"   |

    Scenario: It is approved after all
      Given the client "Editor" registered itself
      And Alice denied "Editor"
      When Alice approves "Editor"
      Then the client is changed
      And "Editor" has
        | status | "active" |

    Scenario: An approval is no secret
      Given the client "Editor" registered itself
      And Alice approved "Editor"
      When Alice reads the audit trail of "Editor"
      Then the trail tells of client.approve, client.register
      And its newest entry says
        | operator_id | "alice"    |
        | message     | "approved" |

  Rule: A decision is made once

    Scenario: It is approved already
      Given the client "Editor" registered itself
      And Alice approved "Editor"
      When Alice approves "Editor"
      Then it is refused as one too many

    Scenario: What is approved can't be denied
      Given the client "Editor" registered itself
      And Alice approved "Editor"
      When Alice denies "Editor"
      Then it is refused as one too many

    Scenario: A suspended client stays suspended
      Given the client "Editor" registered itself
      And Alice changed "Editor" to
        | status | "suspended" |
      When Alice approves "Editor"
      Then it is refused as one too many
      And "Editor" has
        | status | "suspended" |

  Rule: Only clients of the tenant that registered themselves

    Scenario: Another tenant
      Given the client "Editor" registered itself
      When Bob approves "Editor"
      Then it is refused as not found

    Scenario: Bob sees nothing of it
      Given the client "Editor" registered itself
      When Bob lists the registrations by ""
      Then there are no registrations

    Scenario: A client that an administrator created
      Given the client "My Application"
      When Alice denies "My Application"
      Then it is refused as not found

  Rule: An initial access token is shown once

    Scenario: It is issued
      When Alice issues an initial access token with
        | description | "For the CI" |
        | uses        | 2            |
      Then the token is shown
      And the answer says
        | description | "For the CI" |
        | uses_left   | 2            |
      And no list shows the token to Alice

    Scenario: It approves in advance
      Given Alice issued an initial access token with
        | is_approved | true |
      When the client "Editor" registers itself with the token
      Then "Editor" has
        | status | "active" |

    Scenario: It is spent
      Given Alice issued an initial access token with
        | uses | 1 |
      And the client "Editor" registered itself with the token
      When the client "Another" registers itself with the token
      Then the registration is refused

    Scenario: It is revoked
      Given Alice issued an initial access token
      When Alice revokes the token
      Then it is gone, without a word
      And the token registers nobody

    Scenario: It is revoked already
      Given Alice issued an initial access token
      And Alice revoked the token
      When Alice revokes the token
      Then it is refused as not found

    Scenario: It is of another tenant
      Given Alice issued an initial access token
      When Bob revokes the token
      Then it is refused as not found

    Scenario: It would have ended already
      When Alice issues an initial access token with
        | expires_at | "2020-01-01T00:00:00Z" |
      Then it is refused as malformed
      And the message names nothing but "expires_at"

    Scenario: A misspelt bound
      When Alice issues an initial access token with
        | redirectHosts | ["app.example.com"] |
      Then it is refused as malformed
      And the message names "redirectHosts"
