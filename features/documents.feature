Feature: Clients with metadata documents
  The `client_id` of some clients is the URL of a document that describes them. An administrator sees
  which of them are used in the tenant, and blocks those that should not be: one URL, or a domain.

  Background:
    Given Alice administers the tenant "acme"
    And Bob administers the tenant "globex"
    And the host accepts clients with metadata documents

  Rule: What is used is in the list

    Scenario: A document is used
      Given a user of "acme" used the client "https://a.example.net/m.json"
      When Alice finds 1 metadata document by ""
      Then the first document says
        | client_id   | "https://a.example.net/m.json" |
        | host        | "a.example.net"                |
        | client_name | "Example"                      |
        | blocked     | false                          |

    Scenario: Documents of one host
      Given a user of "acme" used the client "https://a.example.net/m.json"
      And a user of "acme" used the client "https://example.org/m.json"
      When Alice finds 2 metadata documents by ""
      And Alice finds 1 metadata document by "host=example.org"
      Then the first document says
        | client_id | "https://example.org/m.json" |

    Scenario: Bob sees nothing of it
      Given a user of "acme" used the client "https://a.example.net/m.json"
      When Alice finds 1 metadata document by ""
      And Bob finds 0 metadata documents by ""
      Then the list has 0 items

  Rule: What is blocked is not accepted

    Scenario: One URL
      When Alice blocks metadata documents with
        | url    | "https://a.example.net/m.json" |
        | reason | "Phishing"                     |
      Then the block is made
      And the answer says
        | url        | "https://a.example.net/m.json" |
        | reason     | "Phishing"                     |
        | created_by | "alice"                        |
      And the host does not accept "https://a.example.net/m.json" in "acme"
      And the host accepts "https://b.example.net/m.json" in "acme"

    Scenario: A domain and all below it
      When Alice blocks metadata documents with
        | domain | "example.net" |
      Then the block is made
      And the host does not accept "https://a.example.net/m.json" in "acme"
      And the host does not accept "https://b.example.net/m.json" in "acme"
      And the host accepts "https://example.org/m.json" in "acme"

    Scenario: It is in the list
      Given a user of "acme" used the client "https://a.example.net/m.json"
      And Alice blocked metadata documents with
        | domain | "example.net" |
      When Alice finds 1 metadata document by ""
      Then the first document says
        | blocked | true |

    Scenario: The block is removed
      Given Alice blocked metadata documents with
        | domain | "example.net" |
      When Alice removes the block
      Then it is gone, without a word
      And the host accepts "https://a.example.net/m.json" in "acme"

    Scenario: It is removed already
      Given Alice blocked metadata documents with
        | domain | "example.net" |
      And Alice removed the block
      When Alice removes the block
      Then it is refused as not found

    Scenario: It is blocked already
      Given Alice blocked metadata documents with
        | domain | "example.net" |
      When Alice blocks metadata documents with
        | domain | "example.net" |
      Then it is refused as one too many

    Scenario: Neither a URL nor a domain
      When Alice blocks metadata documents with
        | reason | "Phishing" |
      Then it is refused as malformed

    Scenario: A pattern is no domain
      When Alice blocks metadata documents with
        | domain | "*.example.net" |
      Then it is refused as malformed

  Rule: A block is of its tenant

    Scenario: Another tenant accepts it
      Given Alice blocked metadata documents with
        | domain | "example.net" |
      When Bob lists the blocks of metadata documents
      Then the list has 0 items
      And the host accepts "https://a.example.net/m.json" in "globex"

    Scenario: Bob can't remove it
      Given Alice blocked metadata documents with
        | domain | "example.net" |
      When Bob removes the block
      Then it is refused as not found
      And the host does not accept "https://a.example.net/m.json" in "acme"
