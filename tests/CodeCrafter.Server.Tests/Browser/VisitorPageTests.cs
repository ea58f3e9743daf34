using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>What people without an account meet: guests who choose a name, and readers by the public link.</summary>
[Collection(BrowserTests.Name)]
public sealed class VisitorPageTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    [Fact]
    public async Task A_guest_chooses_a_name_edits_survives_a_reload_and_is_removed()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada1", "With guests");
        await ada.Button("Share").ClickAsync();
        await ada.Dialog.GetByRole(AriaRole.Switch, new() { NameRegex = new("^Let guests in") }).ClickAsync();
        await Expect(ada.Page.GetByText("Whoever has this link can join and edit, with or without an account.")).ToBeVisibleAsync();
        var link = await ada.Page.GetByLabel("Link to this session", new() { Exact = true }).InputValueAsync();

        var guest = await browser.OpenAsync(server.Url);
        await guest.Page.GotoAsync(link);
        await Expect(guest.Page.GetByRole(AriaRole.Heading, new() { Name = "With guests" })).ToBeVisibleAsync();
        await Expect(guest.Page.GetByText("ada1 invites you to edit and run code together.")).ToBeVisibleAsync();
        await guest.MustBeAccessibleAsync("guest-door");
        await guest.Page.GetByLabel("Your name").FillAsync("!!!");
        await guest.Button("Come in as a guest").ClickAsync();
        await Expect(guest.Page.GetByText("A name has only letters")).ToBeVisibleAsync();
        await guest.Page.GetByLabel("Your name").FillAsync("Zoë");
        await guest.Button("Come in as a guest").ClickAsync();
        await Expect(guest.Editor).ToBeVisibleAsync();
        Assert.Equal($"{server.Url}/s/{id}", guest.Page.Url);
        await guest.UntilSavedAsync();
        await guest.Editor.ClickAsync();
        await guest.Page.Keyboard.PressAsync("Control+Home");
        await guest.Page.Keyboard.TypeAsync("# by a guest");
        await guest.UntilSavedAsync();
        await Expect(ada.Editor).ToContainTextAsync("# by a guest");
        var seat = ada.Dialog.GetByRole(AriaRole.List, new() { Name = "Participants" }).Locator("li", new() { HasText = "Zoë" });
        await Expect(seat).ToContainTextAsync("Guest");
        await guest.MustBeAccessibleAsync("guest-session", briefly: true);

        await guest.Page.ReloadAsync();
        await Expect(guest.Editor).ToContainTextAsync("# by a guest");
        await Expect(seat).ToHaveCountAsync(1);
        await ada.Dialog.GetByRole(AriaRole.Button, new() { Name = "More for Zoë (guest)" }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Remove") }).ClickAsync();
        await ada.Button("Remove").ClickAsync();
        await Expect(guest.Page.GetByRole(AriaRole.Heading, new() { Name = "You are not in this session any more" })).ToBeVisibleAsync();
        await guest.Page.ReloadAsync();
        await Expect(guest.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to open the session" })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task Without_guests_a_link_asks_for_an_account_and_leads_back()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada2", "Members only");
        var invitation = await ada.SendAsync("POST", $"/api/sessions/{id}/invitations", new { role = "viewer", maxUses = 1 });
        var link = $"/s/{id}?invite={invitation.GetProperty("token").GetString()}";

        var bob = await browser.OpenAsync(server.Url);
        await bob.Page.GotoAsync(link);
        await Expect(bob.Page.GetByText("ada2 invites you to read along. For that you need an account on this server.")).ToBeVisibleAsync();
        await Expect(bob.Page.GetByLabel("Your name")).ToHaveCountAsync(0);
        await bob.MustBeAccessibleAsync("door", briefly: true);
        await bob.Page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await bob.Page.GetByLabel("Username").FillAsync("bob2");
        await bob.Page.GetByLabel("Email").FillAsync("bob2@example.org");
        await bob.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Person.Password);
        await bob.Button("Create account").ClickAsync();
        await Expect(bob.Page.GetByText("You are a viewer: you see")).ToBeVisibleAsync();

        var late = await browser.OpenAsync(server.Url);
        await late.Page.GotoAsync(link);
        await Expect(late.Page.GetByRole(AriaRole.Heading, new() { Name = "This invitation is over" })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task The_public_link_is_read_without_an_account_until_it_is_revoked()
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, "ada3", "To be read");
        await ada.Button("Share").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Public link" }).ClickAsync();
        await ada.Button("Make a public link").ClickAsync();
        var link = await ada.Page.GetByRole(AriaRole.Textbox, new() { Name = "Public link", Exact = true }).InputValueAsync();
        await ada.MustBeAccessibleAsync("share-public", briefly: true);

        var reader = await browser.OpenAsync(server.Url);
        await reader.Page.GotoAsync(link);
        await Expect(reader.Page.GetByText("You read by a public link: you see")).ToBeVisibleAsync();
        await Expect(reader.Editor).ToHaveAttributeAsync("aria-readonly", "true");
        await Expect(reader.Button("Run")).ToHaveCountAsync(0);
        await Expect(reader.Button("Share")).ToHaveCountAsync(0);
        await Expect(reader.Page.GetByText("Who reads by a link cannot write here.")).ToBeVisibleAsync();
        await reader.MustBeAccessibleAsync("reader-session");
        await ada.Page.Keyboard.PressAsync("Escape");
        await ada.Editor.ClickAsync();
        await ada.Page.Keyboard.PressAsync("Control+Home");
        await ada.Page.Keyboard.TypeAsync("# seen at once");
        await Expect(reader.Editor).ToContainTextAsync("# seen at once");
        await reader.Page.ReloadAsync();
        await Expect(reader.Editor).ToContainTextAsync("# seen at once");

        await ada.Button("Share").ClickAsync();
        await Expect(ada.Dialog.GetByRole(AriaRole.List, new() { Name = "Participants" }).Locator("li")).ToHaveCountAsync(1);
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Public link" }).ClickAsync();
        await ada.Button("Revoke the public link").ClickAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "This link opens nothing any more" })).ToBeVisibleAsync();
        await reader.Page.ReloadAsync();
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Name = "This link opens nothing" })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
    }
}
