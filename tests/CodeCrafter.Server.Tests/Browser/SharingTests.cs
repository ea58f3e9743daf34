using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Who is in a session and how others come in, as the page shows it.</summary>
[Collection(BrowserTests.Name)]
public sealed class SharingTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    [Fact]
    public async Task An_admin_adds_people_changes_their_roles_and_removes_them_while_they_look()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada1", "Live roles");
        var bob = await browser.OpenAsync(server.Url);
        await bob.RegisterAsync("bob1");

        await ada.Button("Share").ClickAsync();
        await ada.Dialog.GetByLabel("Add by username").FillAsync("@nobody1");
        await ada.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(ada.Dialog.GetByText("There is no such user.")).ToBeVisibleAsync();
        await ada.Dialog.GetByLabel("Add by username").FillAsync("@bob1");
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Dialog.GetByText("bob1 was added.")).ToBeVisibleAsync();
        await Expect(PersonIn(ada, "bob1")).ToContainTextAsync("Offline");

        await bob.Page.GotoAsync($"/s/{id}");
        await Expect(bob.Editor).ToBeVisibleAsync();
        await Expect(PersonIn(ada, "bob1")).ToContainTextAsync("Online");
        await ada.Dialog.GetByText("What can each role do?").ClickAsync();
        await Expect(ada.Dialog.GetByText("Can read the files, follow every edit and run, and write in the chat.")).ToBeVisibleAsync();
        await ada.MustBeAccessibleAsync("share-people");

        await ada.Dialog.GetByLabel("Role of bob1").SelectOptionAsync("viewer");
        await Expect(bob.Page.GetByText("You are a viewer: you see")).ToBeVisibleAsync();
        await Expect(bob.Editor).ToHaveAttributeAsync("aria-readonly", "true");
        await Expect(bob.Button("Run")).ToHaveCountAsync(0);
        await bob.Page.GetByRole(AriaRole.Button, new() { Name = "People" }).ClickAsync();
        await Expect(bob.Page.GetByRole(AriaRole.List, new() { Name = "Participants" })).ToBeVisibleAsync();
        await bob.MustBeAccessibleAsync("session-viewer");
        await ada.Dialog.GetByLabel("Role of bob1").SelectOptionAsync("editor");
        await Expect(bob.Button("Run")).ToBeVisibleAsync();

        await ada.Dialog.GetByRole(AriaRole.Button, new() { Name = "More for bob1" }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Remove") }).ClickAsync();
        await ada.Button("Remove").ClickAsync();
        await Expect(bob.Page.GetByRole(AriaRole.Heading, new() { Name = "You are not in this session any more" })).ToBeVisibleAsync();
        await Expect(PersonIn(ada, "bob1")).ToHaveCountAsync(0);
        await bob.MustBeAccessibleAsync("session-removed", briefly: true);
        // The browser tells of the user that there is not.
        Assert.All(ada.Errors, error => Assert.Contains("404", error, StringComparison.Ordinal));
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task The_owner_hands_the_session_over_and_both_see_it()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada2", "Handed over");
        var bob = await browser.OpenAsync(server.Url);
        await bob.RegisterAsync("bob2");
        await ada.SendAsync("PUT", $"/api/sessions/{id}/participants/@bob2", new { role = "editor" });
        await bob.Page.GotoAsync($"/s/{id}");
        await Expect(bob.Editor).ToBeVisibleAsync();

        await ada.Button("Share").ClickAsync();
        await ada.Dialog.GetByRole(AriaRole.Button, new() { Name = "More for bob2" }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Make owner") }).ClickAsync();
        await Expect(ada.Page.GetByText("Make bob2 the owner?")).ToBeVisibleAsync();
        await ada.Button("Hand over").ClickAsync();

        await Expect(PersonIn(ada, "bob2")).ToContainTextAsync("Owner");
        await Expect(PersonIn(ada, "ada2")).ToContainTextAsync("Admin");
        await Expect(bob.Page.GetByText("This session is yours now")).ToBeVisibleAsync();
        await bob.Button("Session menu").ClickAsync();
        await Expect(bob.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Delete") })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task Invitations_have_a_role_an_end_and_uses_and_can_be_revoked()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada3", "By invitation");
        await ada.Button("Share").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Invitations" }).ClickAsync();
        await Expect(ada.Page.GetByText("There are no invitations.")).ToBeVisibleAsync();
        await ada.Page.GetByLabel("They come in as").SelectOptionAsync("viewer");
        foreach (var wrong in new[] { "0", "1000000" })
        {
            await ada.Page.GetByLabel("Most uses").FillAsync(wrong);
            await ada.Button("Make a link").ClickAsync();
            await Expect(ada.Page.GetByLabel("Most uses")).ToHaveAttributeAsync("aria-invalid", "true");
            await Expect(ada.Page.GetByText("1 to 100000, or nothing.")).ToBeVisibleAsync();
            await Expect(ada.Page.GetByLabel("Most uses")).ToHaveValueAsync(wrong);
        }

        await ada.ScreenshotAsync("share-invitation-wrong");
        await Expect(ada.Page.GetByText("There are no invitations.")).ToBeVisibleAsync();
        await ada.Page.GetByLabel("Most uses").FillAsync("2");
        await ada.Button("Make a link").ClickAsync();
        var link = await ada.Page.GetByLabel("Link of the new invitation", new() { Exact = true }).InputValueAsync();
        Assert.Matches($"^{Regex.Escape(server.Url)}/s/{id}\\?invite=.+$", link);
        var list = ada.Page.GetByRole(AriaRole.List, new() { Name = "Invitations" });
        await Expect(list).ToContainTextAsync("2 of 2 uses left · ends in 7 days");
        await ada.MustBeAccessibleAsync("share-invitations");

        var bob = await browser.OpenAsync(server.Url);
        await bob.RegisterAsync("bob3");
        await bob.Page.GotoAsync(link);
        await Expect(bob.Page.GetByText("You are a viewer: you see")).ToBeVisibleAsync();
        await Expect(list).ToContainTextAsync("1 of 2 uses left");

        await list.GetByRole(AriaRole.Button, new() { NameRegex = new("^Revoke") }).ClickAsync();
        await Expect(ada.Page.GetByText("There are no invitations.")).ToBeVisibleAsync();
        var carol = await browser.OpenAsync(server.Url);
        await carol.RegisterAsync("carol3");
        await carol.Page.GotoAsync(link);
        await Expect(carol.Page.GetByRole(AriaRole.Heading, new() { Name = "This session cannot be opened" })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task The_dialog_is_used_by_keyboard_alone()
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, "ada4", "By keyboard");
        await ada.SendAsync("PUT", "/api/auth/me", new { firstName = "Ada" });
        var bob = await browser.OpenAsync(server.Url);
        await bob.RegisterAsync("bob4");

        await ada.Button("Share").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Page.GetByLabel("Copy: Link to this session")).ToBeFocusedAsync();
        for (var i = 0; i < 40; i++)
        {
            await ada.Page.Keyboard.PressAsync("Tab");
            Assert.True(await ada.Page.EvaluateAsync<bool>("document.activeElement.closest('[role=dialog]') !== null"), "The focus left the dialog.");
        }

        await ada.Page.GetByLabel("Add by username").FocusAsync();
        await ada.Page.Keyboard.TypeAsync("bob4");
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(PersonIn(ada, "bob4")).ToBeVisibleAsync();

        // Escape answers the question first, then closes the dialog, and the focus goes back each time.
        await ada.Page.GetByLabel("More for bob4").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Make owner") })).ToBeVisibleAsync();
        var remove = ada.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Remove") });
        for (var i = 0; i < 5 && !await remove.EvaluateAsync<bool>("item => item === document.activeElement"); i++)
        {
            await ada.Page.Keyboard.PressAsync("ArrowDown");
        }

        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Page.GetByText("Remove bob4?")).ToBeVisibleAsync();
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Page.GetByText("Remove bob4?")).ToHaveCountAsync(0);
        await Expect(ada.Page.GetByLabel("More for bob4")).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Dialog).ToHaveCountAsync(0);
        await Expect(ada.Button("Share")).ToBeFocusedAsync();
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_long_title_gives_way_to_the_buttons()
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, "ada5", string.Concat(Enumerable.Repeat("A long title. ", 10)));
        await ada.Page.SetViewportSizeAsync(1280, 800);
        await Expect(ada.Page.GetByRole(AriaRole.Textbox, new() { Name = "Message" })).ToBeVisibleAsync();
        await ada.ScreenshotAsync("header-long-title");
        const string IsCut = "element => element.scrollWidth > element.clientWidth";
        Assert.False(await ada.Button("Share").Locator(".mantine-Button-label").EvaluateAsync<bool>(IsCut), "The button is cut.");
        Assert.True(await ada.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).EvaluateAsync<bool>(IsCut), "The title is not cut.");
        Assert.False(await ada.Page.Locator("header").EvaluateAsync<bool>(IsCut), "The header is wider than the page.");
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task The_editor_says_how_it_is_left_by_keyboard_and_is_left_so()
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, "ada6", "Left by keyboard");
        await Expect(ada.Editor).ToHaveAttributeAsync("aria-description", "Tab indents. To leave the editor by keyboard, press Escape, then Tab.");
        await ada.Editor.FocusAsync();
        await ada.Page.Keyboard.PressAsync("Tab");
        await Expect(ada.Editor).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Escape");
        await ada.Page.Keyboard.PressAsync("Tab");
        await Expect(ada.Editor).Not.ToBeFocusedAsync();
        Assert.Empty(ada.Errors);
    }

    private static ILocator PersonIn(Person person, string username) =>
        person.Dialog.GetByRole(AriaRole.List, new() { Name = "Participants" }).Locator("li", new() { HasText = username });
}
