Feature: Access
  Only administrators are let in, each to their own tenants. Anyone else learns nothing and changes
  nothing.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And Grace administers every tenant

  Rule: A valid token is required

    Scenario Outline: Nobody can <what> a client without a token
      Given the client "My Application"
      And Alice sends no token
      When Alice asks to <what> "My Application"
      Then it is refused as unauthenticated
      And the header WWW-Authenticate is 'Bearer realm="admin"'

      Examples:
        | what   |
        | create |
        | read   |
        | change |
        | clone  |

    Scenario Outline: <instead> is not a Bearer token
      Given the client "My Application"
      And Alice sends "<instead>" in place of a token
      When Alice reads "My Application"
      Then it is refused as unauthenticated
      And the header WWW-Authenticate is '<challenge>'
      And the answer does not repeat "YWxpY2U6aHVudGVyMg"

      Examples:
        | instead                         | challenge                                   |
        | Basic YWxpY2U6aHVudGVyMg==      | Bearer realm="admin"                        |
        | YWxpY2U6aHVudGVyMg==            | Bearer realm="admin"                        |
        | Bearer                          | Bearer realm="admin", error="invalid_token" |
        | Bearer YWxpY2U6aHVudGVyMg==     | Bearer realm="admin", error="invalid_token" |
        | Bearer YWxpY2U6aHVudGVyMg== and | Bearer realm="admin", error="invalid_token" |
        | Bearer a.b.c                    | Bearer realm="admin", error="invalid_token" |

    Scenario Outline: A token that expired <seconds> seconds ago is <outcome>
      Given the client "My Application"
      And Alice's token ends <seconds> seconds ago
      When Alice reads "My Application"
      Then <result>

      Examples: Clocks may differ by half a minute
        | seconds | outcome | result                                |
        | 5       | taken   | the client is shown                   |
        | 60      | refused | it is refused as unauthenticated      |
        | 86400   | refused | it is refused as unauthenticated      |

    Scenario: A token expires between two requests
      Given the client "My Application"
      And Alice's token ends 60 seconds later
      And 120 seconds pass
      When Alice reads "My Application"
      Then it is refused as unauthenticated
      And the header WWW-Authenticate is 'Bearer realm="admin", error="invalid_token"'

    Scenario: A token that is not valid before tomorrow
      Given the client "My Application"
      And Alice's token starts 86400 seconds later
      When Alice reads "My Application"
      Then it is refused as unauthenticated

    Scenario: A token that is signed with another key
      Given the client "My Application"
      And Alice's token is signed with another key
      When Alice reads "My Application"
      Then it is refused as unauthenticated
      And the header WWW-Authenticate is 'Bearer realm="admin", error="invalid_token"'

    Scenario Outline: A token that names the algorithm <algorithm>
      Given the client "My Application"
      And Alice's token names the algorithm "<algorithm>"
      When Alice reads "My Application"
      Then it is refused as unauthenticated

      Examples:
        | algorithm |
        | none      |
        | None      |
        | HS512     |
        | RS256     |

    Scenario Outline: A token whose <claim> is <value>
      Given the client "My Application"
      And Alice's token has the <claim> <value>
      When Alice reads "My Application"
      Then it is refused as unauthenticated
      And the header WWW-Authenticate is 'Bearer realm="admin", error="invalid_token"'

      Examples:
        | claim | value                         |
        | exp   | "tomorrow"                    |
        | exp   | -1                            |
        | iss   | "https://evil.example"        |
        | iss   | ["https://id.example.com"]    |
        | aud   | "https://other.example.com"   |
        | aud   | []                            |
        | sub   | ""                            |
        | sub   | 7                             |

    Scenario: An operator may be a number, where the host says so
      Given the host accepts numbers as operators and tenants
      And Alice's token has the sub 7
      When Alice creates "My Application"
      Then the client is created
      And the newest audit entry of "My Application" says
        | operator_id | 7 |

    Scenario Outline: A token without <claim>
      Given the client "My Application"
      And Alice's token has no <claim>
      When Alice reads "My Application"
      Then it is refused as unauthenticated

      Examples:
        | claim |
        | exp   |
        | iss   |
        | aud   |
        | sub   |

    Scenario: A token for several audiences, including this one
      Given the client "My Application"
      And Alice's token has the aud ["https://other.example.com","https://api.example.com"]
      When Alice reads "My Application"
      Then the client is shown

    Scenario: Without a token, the request is not validated
      Given Alice sends no token
      When Alice creates "My Application" with
        | redirect_uris | [] |
      Then it is refused as unauthenticated

    Scenario: With an invalid token, nothing is changed
      Given the client "My Application"
      And Alice's token is signed with another key
      When Alice changes "My Application" to
        | name | "Mine" |
      Then it is refused as unauthenticated
      And "My Application" is as it was
      And the audit trail of "My Application" has 1 entry

  Rule: The administrator's role is required

    Scenario Outline: <claim> <value> is not enough
      Given the client "My Application"
      And Alice's token has no role
      And Alice's token has the <claim> <value>
      When Alice reads "My Application"
      Then it is refused as forbidden
      And the header WWW-Authenticate is 'Bearer realm="admin", error="insufficient_scope"'

      Examples:
        | claim | value                |
        | role  | "user"               |
        | role  | "Admin"              |
        | role  | "administrator"      |
        | role  | true                 |
        | roles | []                   |
        | roles | ["user","auditor"]   |

    Scenario: No role at all
      Given the client "My Application"
      And Alice's token has no role
      When Alice reads "My Application"
      Then it is refused as forbidden

    Scenario Outline: <claim> <value> is enough
      Given the client "My Application"
      And Alice's token has no role
      And Alice's token has the <claim> <value>
      When Alice reads "My Application"
      Then the client is shown

      Examples:
        | claim | value              |
        | role  | "admin"            |
        | role  | "super_admin"      |
        | roles | ["admin"]          |
        | roles | ["user","admin"]   |
        | roles | ["super_admin"]    |

    Scenario: The operator may be named by user_id
      Given Alice's token has no sub
      And Alice's token has the user_id "alice@acme.example"
      When Alice creates "My Application"
      Then the client is created
      And the newest audit entry of "My Application" says
        | operator_id | alice@acme.example |

  Rule: An administrator acts in one tenant

    Scenario: A client that Alice creates belongs to her tenant
      When Alice creates "My Application"
      Then the client is created
      And "My Application" has
        | tenant_id | "acme" |
      And the tenant "globex" knows nothing of "My Application"

    Scenario: Alice may name her own tenant
      Given the client "My Application"
      When Alice, acting in "acme", reads "My Application"
      Then the client is shown

    Scenario Outline: Alice may not name the tenant "<tenant>"
      Given the client "My Application"
      When Alice, acting in "<tenant>", reads "My Application"
      Then it is refused as forbidden
      And the header WWW-Authenticate is 'Bearer realm="admin", error="insufficient_scope"'

      Examples:
        | tenant |
        | globex |
        | ACME   |
        | acme2  |
        |        |

    Scenario: Bob can't access Alice's tenant by naming it
      Given the client "My Application"
      When Bob, acting in "acme", reads "My Application"
      Then it is refused as forbidden

    Scenario: An administrator without a tenant
      Given the client "My Application"
      And Alice's token has no tenant_id
      When Alice reads "My Application"
      Then it is refused as forbidden

    Scenario: An administrator without a tenant who names one
      Given the client "My Application"
      And Alice's token has no tenant_id
      When Alice, acting in "acme", reads "My Application"
      Then it is refused as forbidden

    Scenario Outline: Bob does not find Alice's client: <what>
      Given the client "My Application"
      When Bob asks to <what> the client "app-01arz3ndektsv4rrffq69g5fav"
      And Bob asks to <what> "My Application"
      Then it is refused as not found
      And both answers are the same
      And "My Application" is as it was

      Examples:
        | what   |
        | read   |
        | change |
        | clone  |

    Scenario: Clients of two tenants may have the same name
      Given the client "My Application"
      When Bob creates a client with
        | name          | "My Application"                     |
        | redirect_uris | ["https://app.example.com/callback"] |
      Then the client is created

  Rule: A super administrator acts in the tenant that she names

    Scenario: Grace changes a client in a tenant
      Given the client "My Application"
      When Grace, acting in "acme", changes "My Application" to
        | status | "suspended" |
      Then the client is changed
      And the newest audit entry of "My Application" says
        | operator_id   | grace         |
        | operator_type | super_admin   |
        | tenant_id     | acme          |
        | action        | client.update |

    Scenario: A client that she creates belongs to that tenant
      When Grace, acting in "globex", creates "Their Application"
      Then the client is created
      And "Their Application" has
        | tenant_id | "globex" |

    Scenario: A client that she clones stays in that tenant
      Given the client "My Application"
      When Grace, acting in "acme", clones "My Application"
      Then the clone is created
      And "My Application (clone)" has
        | tenant_id | "acme" |

    Scenario: In one tenant she does not see the clients of another
      Given the client "My Application"
      When Grace, acting in "globex", asks to read "My Application"
      Then it is refused as not found

    Scenario Outline: She must name a tenant: <what>
      Given the client "My Application"
      When Grace asks to <what> "My Application"
      Then it is refused as forbidden

      Examples:
        | what   |
        | create |
        | read   |
        | change |
        | clone  |

    Scenario: An empty name is not a tenant
      Given the client "My Application"
      When Grace, acting in "", reads "My Application"
      Then it is refused as forbidden

    Scenario: If she names none, she acts in her own tenant, if she has one
      Given Heidi administers every tenant, and her own is "acme"
      And the client "My Application"
      When Heidi reads "My Application"
      Then the client is shown

    Scenario: A named tenant has precedence over her own
      Given Heidi administers every tenant, and her own is "globex"
      And the client "My Application"
      When Heidi, acting in "acme", reads "My Application"
      Then the client is shown

  Rule: A request is for one operator and one tenant

    Scenario: Two Authorization headers
      Given the client "My Application"
      And the next request has the headers
        | Authorization | Bearer another |
      When Alice asks to read "My Application"
      Then it is refused as malformed

    Scenario Outline: Two X-Tenant-ID headers, and one is <tenant>
      Given the client "My Application"
      And the next request has the headers
        | X-Tenant-ID | <tenant> |
      When Alice, acting in "acme", asks to read "My Application"
      Then it is refused as malformed

      Examples:
        | tenant |
        | acme   |
        | globex |

  Rule: Other methods and paths do not exist

    Scenario Outline: <method> is not a method of <path>
      When Alice sends <method> to <path>
      Then it is refused as not possible there
      And the header Allow names <allowed>

      Examples:
        | method | path                                | allowed |
        | PUT    | /admin/oauth/clients                | POST    |
        | PATCH  | /admin/oauth/clients                | POST    |
        | POST   | /admin/oauth/clients/app-1          | PUT     |
        | POST   | /admin/oauth/clients/app-1          | PATCH   |
        | GET    | /admin/oauth/clients/app-1/clone    | POST    |
        | PUT    | /admin/oauth/clients/app-1/clone    | POST    |

    Scenario Outline: <path> does not exist
      When Alice sends POST to <path>
      Then it is refused as not found

      Examples:
        | path                                |
        | /                                   |
        | /admin/oauth/clients/               |
        | /admin/oauth/clients/app-1/clone/   |
        | /admin/oauth/clients//clone         |
        | /admin/oauth/clients/app-1/copy     |
        | /Admin/oauth/clients                |
