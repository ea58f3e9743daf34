using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>The settings of a session in the page, and what they do to those who are in it.</summary>
[Collection(BrowserTests.Name)]
public sealed class SettingsTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    [Fact]
    public async Task Settings_are_saved_and_reach_those_who_are_in_the_session()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada1", "Before");
        var bob = await browser.OpenAsync(server.Url);
        await bob.RegisterAsync("bob1");
        await ada.SendAsync("PUT", $"/api/sessions/{id}/participants/@bob1", new { role = "editor" });
        await bob.Page.GotoAsync($"/s/{id}");
        await Expect(bob.Button("Run")).ToBeVisibleAsync();

        await OpenSettingsAsync(ada);
        await ada.MustBeAccessibleAsync("settings");
        await ada.Dialog.GetByLabel("Title").FillAsync("After");
        await ada.Dialog.GetByLabel("Description").FillAsync("Two\nlines");
        await ada.Dialog.GetByLabel("Language").SelectOptionAsync("go");
        await ada.Dialog.GetByLabel("Most participants").FillAsync("7");
        await ada.Dialog.GetByLabel("Who may run programs").SelectOptionAsync("admin");
        await ada.Dialog.GetByLabel("Who may write in the chat").SelectOptionAsync("admin");
        await ada.Dialog.GetByLabel("Minutes between snapshots").FillAsync("3");
        await ada.Dialog.GetByRole(AriaRole.Switch, new() { NameRegex = new("^Let guests in") }).ClickAsync();
        await ada.Button("Save").ClickAsync();
        await Expect(ada.Dialog).ToHaveCountAsync(0);
        await Expect(ada.Button("Session menu")).ToBeFocusedAsync();

        await Expect(bob.Page.GetByRole(AriaRole.Heading, new() { Name = "After", Level = 1 })).ToBeVisibleAsync();
        await Expect(bob.Button("Run")).ToHaveCountAsync(0);
        await Expect(bob.Page.GetByText("Only admins and owners write here.")).ToBeVisibleAsync();
        await Expect(bob.Editor).ToHaveAttributeAsync("aria-readonly", "false");
        var session = (await ada.SendAsync("GET", $"/api/sessions/{id}")).GetProperty("session");
        Assert.Equal(("go", "Two\nlines"), (session.GetProperty("language").GetString(), session.GetProperty("description").GetString()));
        var settings = session.GetProperty("settings");
        Assert.Equal((7, 3, "admin", "admin", true), (
            settings.GetProperty("maxParticipants").GetInt32(), settings.GetProperty("autoSaveMinutes").GetInt32(),
            settings.GetProperty("runRole").GetString(), settings.GetProperty("chatRole").GetString(), settings.GetProperty("allowGuests").GetBoolean()));
        Assert.Empty(ada.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task Of_two_who_change_the_settings_at_once_neither_loses_anything()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada2", "Original");
        await OpenSettingsAsync(ada);
        await ada.Dialog.GetByLabel("Title").FillAsync("Ada's title");
        await ada.Dialog.GetByLabel("Description").FillAsync("Ada's description");
        await ada.SendAsync("PUT", $"/api/sessions/{id}", new { title = "Bob's title", description = "Bob's description", settings = new { maxParticipants = 9 } });

        await ada.Button("Save").ClickAsync();
        var conflict = ada.Dialog.GetByRole(AriaRole.Alert);
        await Expect(conflict).ToContainTextAsync("Somebody else changed the settings meanwhile");
        await Expect(conflict).ToContainTextAsync("Title is now “Bob's title”. Yours differs.");
        await Expect(conflict).ToContainTextAsync("Most participants is now 9, here too.");
        await Expect(ada.Dialog.GetByLabel("Title", new() { Exact = true })).ToHaveValueAsync("Ada's title");
        Assert.Equal("Bob's title", await TitleAsync(ada, id));
        await ada.MustBeAccessibleAsync("settings-conflict");

        await ada.Button("Take theirs: Description").ClickAsync();
        await Expect(ada.Dialog.GetByLabel("Description", new() { Exact = true })).ToHaveValueAsync("Bob's description");
        await ada.Button("Save again").ClickAsync();
        await Expect(ada.Dialog).ToHaveCountAsync(0);

        var session = (await ada.SendAsync("GET", $"/api/sessions/{id}")).GetProperty("session");
        Assert.Equal(("Ada's title", "Bob's description", 9), (
            session.GetProperty("title").GetString(), session.GetProperty("description").GetString(),
            session.GetProperty("settings").GetProperty("maxParticipants").GetInt32()));
        // The refusal is one that the browser tells of.
        Assert.All(ada.Errors, error => Assert.Contains("412", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leaving_and_deleting_are_asked_about_first()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "ada3", "Short-lived");
        var bob = await browser.OpenAsync(server.Url);
        var carol = await browser.OpenAsync(server.Url);
        foreach (var (person, name) in new[] { (bob, "bob3"), (carol, "carol3") })
        {
            await person.RegisterAsync(name);
            await ada.SendAsync("PUT", $"/api/sessions/{id}/participants/@{name}", new { role = "editor" });
            await person.Page.GotoAsync($"/s/{id}");
            await Expect(person.Editor).ToBeVisibleAsync();
        }

        await ChooseAsync(bob, "Leave…");
        await bob.Button("Stay").ClickAsync();
        await Expect(bob.Editor).ToBeVisibleAsync();
        await ChooseAsync(bob, "Leave…");
        await bob.Button("Leave").ClickAsync();
        await Expect(bob.Page.GetByRole(AriaRole.Heading, new() { Name = "Sessions" })).ToBeVisibleAsync();

        await ChooseAsync(ada, "Delete…");
        await Expect(ada.Dialog).ToContainTextAsync("You find it under Deleted");
        await ada.MustBeAccessibleAsync("session-delete", briefly: true);
        await ada.Button("Delete session").ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Heading, new() { Name = "Sessions" })).ToBeVisibleAsync();
        await Expect(carol.Page.GetByRole(AriaRole.Heading, new() { Name = "This session was deleted" })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
        Assert.Empty(bob.Errors);
    }

    private static async Task OpenSettingsAsync(Person person)
    {
        await ChooseAsync(person, "Settings…");
        await Expect(person.Dialog.GetByLabel("Title", new() { Exact = true })).ToBeFocusedAsync();
    }

    private static async Task ChooseAsync(Person person, string item)
    {
        await person.Button("Session menu").ClickAsync();
        await person.Page.GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
    }

    private static async Task<string?> TitleAsync(Person person, string id) =>
        (await person.SendAsync("GET", $"/api/sessions/{id}")).GetProperty("session").GetProperty("title").GetString();
}
