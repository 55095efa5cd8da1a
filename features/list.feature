Feature: List the clients
  An administrator sees the clients of her tenant, newest first, a page at a time.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And Grace administers every tenant

  Rule: The tenant's clients, newest first

    Scenario: Three clients
      Given the client "One"
      And the client "Two"
      And the client "Three"
      When Alice lists the clients
      Then the list shows "Three", "Two", "One"
      And there are 3 in all, on 1 page
      And there is no page before it
      And there is no page after it
      And every client is listed as Alice would read it

    Scenario: No clients
      When Alice lists the clients
      Then the list shows nobody
      And there are 0 in all, on 0 pages

    Scenario: Clients of other tenants are not listed
      Given the client "Ours"
      And Bob created "Theirs"
      When Alice lists the clients
      Then the list shows "Ours"
      When Bob lists the clients
      Then the list shows "Theirs"
      When Grace, acting in "globex", lists the clients
      Then the list shows "Theirs"

    Scenario: A deleted client is not listed
      Given the client "One"
      And the client "Two"
      And Alice deleted "Two"
      When Alice lists the clients
      Then the list shows "One"
      And there are 1 in all, on 1 page

    Scenario: A change does not affect the order
      Given the client "One"
      And the client "Two"
      And Alice changed "One" to
        | scopes | ["openid"] |
      When Alice lists the clients
      Then the list shows "Two", "One"

    Scenario: No secret is listed
      Given the client "My Application"
      When Alice lists the clients
      Then no secret of "My Application" is in the answer

  Rule: A page at a time

    Background:
      Given the client "One"
      And the client "Two"
      And the client "Three"
      And the client "Four"
      And the client "Five"

    Scenario: The first page
      When Alice lists page 1 of the clients, 2 on a page
      Then the list shows "Five", "Four"
      And there are 5 in all, on 3 pages
      And there is no page before it
      And there is a page after it

    Scenario: The last page
      When Alice lists page 3 of the clients, 2 on a page
      Then the list shows "One"
      And there is a page before it
      And there is no page after it

    Scenario Outline: Page <page> is past the end
      When Alice lists page <page> of the clients, 2 on a page
      Then the list shows nobody
      And there are 5 in all, on 3 pages
      And there is no page after it

      Examples:
        | page                 |
        | 4                    |
        | 18446744073709551615 |

    Scenario Outline: "<query>" is not a page
      When Alice lists the clients by "<query>"
      Then it is refused as malformed
      And the message names nothing but "<named>"

      Examples:
        | query                                 | named     |
        | page=0                                | page      |
        | page=-1                               | page      |
        | page=                                 | page      |
        | page=two                              | page      |
        | page=1&page=2                         | page      |
        | page=18446744073709551616             | page      |
        | page_size=0                           | page_size |
        | page_size=101                         | page_size |
        | after=somewhere                       | after     |
        | after=&page=1                         | after     |

  Rule: Following the links

    Background:
      Given the client "One"
      And the client "Two"
      And the client "Three"
      And the client "Four"
      And the client "Five"

    Scenario: Links lead from page to page
      When Alice lists the first 2 clients
      Then the list shows "Five", "Four"
      And nobody counted them all
      When Alice follows the link to the next
      Then the list shows "Three", "Two"
      And nobody counted them all
      When Alice follows the link to the next
      Then the list shows "One"
      And that was the end of the list

    Scenario: Deleted clients are skipped
      Given Alice deleted "Four"
      And Alice listed the first 2 clients
      When Alice follows the link to the next
      Then the list shows "Two", "One"
      And that was the end of the list

    Scenario: A link keeps the filter
      When Alice lists the clients by "name=o&after=&page_size=1"
      Then the list shows "Four"
      When Alice follows the link to the next
      Then the list shows "Two"
      When Alice follows the link to the next
      Then the list shows "One"
      And that was the end of the list

  Rule: Filters

    Scenario Outline: A name that contains <text>
      Given the client "Über Shop"
      And the client "Straße 100%"
      And the client "ΟΔΟΣΑ a_b"
      And the client "plain axb"
      When Alice lists the clients whose name contains "<text>"
      Then the list shows <names>

      Examples: Case is ignored
        | text    | names         |
        | über    | "Über Shop"   |
        | SHOP    | "Über Shop"   |
        | R s     | "Über Shop"   |
        | STRASSE | "Straße 100%" |
        | οδος    | "ΟΔΟΣΑ a_b"   |

      Examples: There are no wildcards
        | text | names         |
        | %    | "Straße 100%" |
        | 0%   | "Straße 100%" |
        | _    | "ΟΔΟΣΑ a_b"   |
        | a_b  | "ΟΔΟΣΑ a_b"   |

    Scenario Outline: No name contains <text>
      Given the client "Über Shop"
      And the client "Straße 100%"
      When Alice lists the clients whose name contains "<text>"
      Then the list shows nobody
      And there are 0 in all, on 0 pages

      Examples:
        | text    |
        | uber    |
        | r\\S     |
        | %%      |
        | _       |
        | ' OR '' |

    Scenario: Clients with a status
      Given the client "One"
      And the client "Two"
      And Alice changed "Two" to
        | status | "suspended" |
      When Alice lists the clients that are suspended
      Then the list shows "Two"
      When Alice lists the clients that are active
      Then the list shows "One"
      When Alice lists the clients that are inactive
      Then the list shows nobody

    Scenario: What a client has
      Given the client "One"
      And the client "Two"
      And Alice changed "Two" to
        | scopes | ["openid", "profile"] |
      When Alice lists the clients by "scope=profile"
      Then the list shows "Two"
      When Alice lists the clients by "scope=prof"
      Then the list shows nobody
      When Alice lists the clients by "grant=client_credentials"
      Then the list shows nobody

    Scenario Outline: "<query>" is not a filter
      When Alice lists the clients by "<query>"
      Then it is refused as malformed
      And the message names nothing but "<named>"

      Examples:
        | query                       | named  |
        | status=ACTIVE               | status |
        | status=deleted              | status |
        | status=active&status=active | status |
        | name=a&name=b               | name   |
        | name=%00                    | name   |
        | grant=implicit              | grant  |
        | method=basic                | method |

    Scenario: Every fault is reported at once
      When Alice lists the clients by "page=0&page_size=0&status=gone"
      Then it is refused as malformed
      And the message names "page"
      And the message names "page_size"
      And the message names "status"
      And the answer does not repeat "gone"

  Rule: Only administrators list

    Scenario: Without a token
      Given Alice sends no token
      When Alice lists the clients by "page=0"
      Then it is refused as unauthenticated

    Scenario: In another tenant
      When Alice, acting in "globex", lists the clients
      Then it is refused as forbidden

    Scenario: Grace must name a tenant
      When Grace lists the clients
      Then it is refused as forbidden
