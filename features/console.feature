@browser
Feature: The console
  Administrators who would rather look than read use a page in their browser. It calls the same
  operations as everybody else. A test of each scenario's name clicks through it in a real browser,
  in `tests/console`.

  Rule: A client lives its whole life by clicking

    Scenario: A client from its creation to its restoration
      Given Alice has opened the console, and there are no clients
      When she answers what the application is, what it is called, and where its users return
      And she corrects, at its field, what the host refused
      Then she sees the new secret once, covered until she wants to see it
      And she changes, rotates, clones, suspends, activates, deletes and restores the client
      And each change is shown before it is saved, and told by the audit trail

    Scenario: A public client and a machine
      When she says that the application is native, or a machine
      Then it gets the grants and the authentication that such applications have

    Scenario: One request per page, and pages in both directions
      Given there are more clients than fit on a page
      When she turns the pages, reloads one, or goes back in her browser
      Then she finds the clients of that page, for one request each

    Scenario: Filters are those of the API, and are in the URL
      When she filters the list
      Then she sees the clients that the API finds, and the URL shows the same to others

    Scenario: Clearing the filters clears all of them
      Given no client meets her filters
      When she clears them
      Then she sees all clients, and no filter is set

    Scenario: Typing asks once for each pause
      When she types into the search
      Then the host is asked when she pauses, or presses Enter

    Scenario: What fails is told, and can be tried again
      Given the host can't be reached
      When she looks for a client
      Then she is told so, and can try again

    Scenario: A late answer does not replace a newer one
      Given the host is slow
      When she changes a filter, or opens another tab, before she sees the first
      Then she sees what she asked for last

    Scenario: A page that was left asks for nothing more
      When she leaves a page while she types into a filter
      Then the page that she went to stays

  Rule: A secret is seen by whom it is meant for

    Scenario: A secret is dropped when the page is left, and after ten minutes
      Given she sees a new secret
      When she leaves the page, or forgets about it
      Then nothing in her browser has the secret any more

    Scenario: What clients call themselves does no harm
      Given clients whose names are markup, scripts or very long
      When she looks at them
      Then she sees the names as they are, and nothing else happens

    Scenario: Hidden characters are seen, and links are what they say
      Given a client whose name has characters that change how it is read
      When she looks at it
      Then she sees these characters, and only links that are safe to follow

    Scenario: A client of any name can be deleted by who types what is seen
      Given clients whose names have more blanks than are seen, or accents of two kinds
      When she types a name as she sees it
      Then she can delete the client

  Rule: Two administrators at once lose nothing

    Scenario: Each field that both changed is chosen
      Given she edits a client, and Bob changes the same fields meanwhile
      When she saves it
      Then she sees what it was, what she and what Bob made of it
      And she chooses for each field which of the two to keep

    Scenario: A suspension of what has changed is asked for anew
      Given Bob changed a client since she opened it
      When she suspends it
      Then she sees what it is now, and decides again

    Scenario: What is typed is not lost by a wrong click
      Given she has typed into a form
      When she follows a link
      Then she is asked before the form is left

  Rule: Who uses it is signed in by the host

    Scenario: A pasted token is kept in memory, and asked for again when it ends
      Given the host lets its administrators paste a token
      When the token ends while she fills a form
      Then she pastes another one, and the form is saved

    Scenario: A session is that of the host
      Given the host knows her by a cookie
      When her session ends
      Then she signs in on another tab, and goes on

    Scenario: A token endpoint is asked before the token ends, and when it is refused
      Given the host gives the page tokens for her session
      When a token is about to end, or does not work any more
      Then the page gets another one, and she notices nothing

    Scenario: Who is no administrator is told what is missing
      Given Carol is no administrator
      When she opens the console
      Then she is told which role she lacks

    Scenario: A form on another port can not use the session
      Given the host knows her by a cookie
      When another page makes her browser send a request
      Then it is refused

  Rule: Everybody can use it

    Scenario: A client is created, its secret taken and rotated
      Given she uses nothing but her keyboard
      Then she does all of it, and the focus is always where she expects it

    Scenario: The content is reached without passing the navigation
      Given she uses nothing but her keyboard
      When she presses Tab and Enter
      Then she is at the content of the page

    Scenario: Dialogs open, explain themselves and close
      Given she uses nothing but her keyboard
      Then each dialog says what it is, and the focus returns to where it came from

    Scenario: A conflict is decided
      Given she uses nothing but her keyboard
      When Bob changed what she changes
      Then she chooses which of the two to keep

    Scenario: Every page looks right in both themes and languages
      Then each page fits, and an inspection finds no barrier in it

    Scenario: Less motion is less motion
      Given she asked her system for less motion
      Then nothing on the page moves by itself

    Scenario: Theme and language are switched
      When she chooses the dark theme, and Chinese
      Then the page has them, also after a reload

    Scenario: From 320 pixels to 4K, and enlarged
      Then each page fits into her window

  Rule: She decides on clients that register themselves

    Scenario: A pending client is approved, another denied, and approved after all
      Given two clients registered themselves
      When she approves one and denies the other
      Then one is active and the other is not, until she approves it after all

    Scenario: Only what she has read is approved
      Given Bob changes a client while she reads what it is
      When she approves it
      Then it is not approved, and she sees what it is now

    Scenario: A token is issued, shown once, used and revoked
      When she issues an initial access token for a partner
      Then the partner registers a client with it, until she revokes it

  Rule: She decides on clients with metadata documents

    Scenario: A document is seen, its URL is blocked, and the block is lifted
      Given a client came with a document
      When she blocks the document's URL
      Then the client can't authorize, until she lifts the block

    Scenario: A domain is blocked with all that is below it
      When she blocks a domain
      Then no client with a document of that domain can authorize, and others can

    Scenario: Every block is found, however many there are
      Given more is blocked than fits on a page
      When she turns the pages
      Then she finds every block

  Rule: It fits into every host

    Scenario: The page is below a prefix, or behind a proxy that strips one
      Then she creates a client as she does elsewhere

    Scenario: A client has an odd client_id
      Given clients whose client_id is a URL, or means something else in a path
      Then she finds and suspends each of them, and not another

    Scenario: The first page and all files are small
      Then a browser loads no more than 35 KiB for the first page, and 60 KiB in all, compressed

    Scenario: Files are kept, and a file of another version is another file
      When she opens the console again
      Then her browser loads only what may have changed
