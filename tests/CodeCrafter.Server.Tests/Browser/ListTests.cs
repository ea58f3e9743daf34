using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>The list of sessions: finding, copying, deleting and bringing back.</summary>
[Collection(BrowserTests.Name)]
public sealed class ListTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    private const string ContrastOfMenuItem = """
        item => {
            const luminance = color => color.match(/[\d.]+/g).slice(0, 3).map(part => part / 255)
                .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
            const [a, b] = [getComputedStyle(item).color, getComputedStyle(item.closest('[role=menu]')).backgroundColor].map(luminance);
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }
        """;

    [Fact]
    public async Task Sessions_are_found_by_words_scope_and_language_and_the_address_keeps_what_was_looked_for()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.RegisterAsync("ada1");
        await ada.Page.GotoAsync("/");
        await Expect(ada.Page.GetByText("Start your first session")).ToBeVisibleAsync();
        await ada.MustBeAccessibleAsync("list-empty", briefly: true);
        await ada.MakeSessionAsync("Interview with Grace");
        await ada.SendAsync("POST", "/api/sessions/create", new { title = "Lesson on channels", language = "go" });
        var bob = await browser.OpenAsync(server.Url);
        await bob.RegisterAsync("bob1");
        await bob.MakeSessionAsync("Open to all 1", isPublic: true);

        await ada.Page.ReloadAsync();
        await Expect(Rows(ada)).ToHaveCountAsync(3);
        await ada.MustBeAccessibleAsync("list");
        await ada.Page.GetByLabel("Search sessions").FillAsync("grace");
        await Expect(Rows(ada)).ToHaveCountAsync(1);
        await Expect(ada.Page.GetByText("1 session", new() { Exact = true })).ToBeVisibleAsync();
        await ada.Page.ReloadAsync();
        await Expect(ada.Page.GetByLabel("Search sessions")).ToHaveValueAsync("grace");
        await Expect(Rows(ada)).ToHaveCountAsync(1);
        await ada.Page.GetByLabel("Language of the sessions").SelectOptionAsync("go");
        await Expect(ada.Page.GetByText("No session matches")).ToBeVisibleAsync();
        await ada.Button("Clear the search").ClickAsync();
        await Expect(Rows(ada)).ToHaveCountAsync(3);
        await ada.Page.GetByLabel("Language of the sessions").SelectOptionAsync("go");
        await Expect(Rows(ada)).ToHaveCountAsync(1);
        await ada.Page.GetByLabel("Language of the sessions").SelectOptionAsync("");

        await ScopeAsync(ada, "Public");
        await Expect(Rows(ada)).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("Open to all 1")]);
        await ScopeAsync(ada, "Joined");
        await Expect(ada.Page.GetByText("You have not joined a session")).ToBeVisibleAsync();
        await ScopeAsync(ada, "Mine");
        await Expect(Rows(ada)).ToHaveCountAsync(2);
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_deleted_session_lies_in_the_bin_until_it_is_restored()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.RegisterAsync("ada2");
        await ada.MakeSessionAsync("Thrown away");
        await ada.Page.GotoAsync("/?scope=owned");

        await ada.Button("More for Thrown away").ClickAsync();
        var delete = ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete…" });
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await ada.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Expect(ada.Page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", scheme == ColorScheme.Dark ? "dark" : "light");
            await ada.ScreenshotAsync($"list-menu-{scheme}");
            Assert.InRange(await delete.EvaluateAsync<double>(ContrastOfMenuItem), 4.5, 21);
        }

        await delete.ClickAsync();
        await Expect(ada.Dialog).ToContainTextAsync("for 30 days");
        await ada.Button("Delete session").ClickAsync();
        await Expect(ada.Page.GetByText("You have no sessions of your own")).ToBeVisibleAsync();
        await ScopeAsync(ada, "Deleted");
        await Expect(Rows(ada)).ToContainTextAsync(["Deleted just now · removed for good in 30 days"]);
        await ada.MustBeAccessibleAsync("list-deleted");
        await ada.Button("Restore Thrown away").ClickAsync();
        await Expect(ada.Page.GetByText("“Thrown away” is back")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText("Nothing was deleted")).ToBeVisibleAsync();
        await ScopeAsync(ada, "Mine");
        await Expect(Rows(ada)).ToHaveCountAsync(1);
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_copy_is_ones_own_and_knows_its_original()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.RegisterAsync("ada3");
        var origin = (await ada.MakeSessionAsync("Exercise")).GetProperty("id").GetString();
        await ada.Page.GotoAsync("/?scope=owned");

        await ada.Button("More for Exercise").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Make a copy…" }).ClickAsync();
        await Expect(ada.Dialog.GetByLabel("Title")).ToHaveValueAsync("Copy of Exercise");
        await Expect(ada.Dialog.GetByLabel("Title")).ToBeFocusedAsync();
        await ada.MustBeAccessibleAsync("list-copy", briefly: true);
        await ada.Dialog.GetByLabel("Title").FillAsync("Solution");
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Page.GetByRole(AriaRole.Heading, new() { Name = "Solution" })).ToBeVisibleAsync();
        await Expect(ada.Editor).ToContainTextAsync("CodeCrafter");
        await ada.Button("Session menu").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Open the original" }).ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Heading, new() { Name = "Exercise", Exact = true })).ToBeVisibleAsync();
        Assert.EndsWith($"/s/{origin}", ada.Page.Url, StringComparison.Ordinal);
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task Long_lists_come_a_page_at_a_time_and_failures_can_be_tried_again()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.RegisterAsync("ada4");
        for (var i = 0; i < 32; i++)
        {
            await ada.MakeSessionAsync($"Session {i:00}");
        }

        await ada.Page.RouteAsync("**/api/sessions/list?**", route => route.AbortAsync(), new() { Times = 1 });
        await ada.Page.GotoAsync("/?scope=owned");
        await Expect(ada.Page.GetByText("The sessions could not be loaded")).ToBeVisibleAsync();
        await ada.MustBeAccessibleAsync("list-failed", briefly: true);
        await ada.Button("Try again").ClickAsync();
        await Expect(Rows(ada)).ToHaveCountAsync(30);
        await Expect(ada.Page.GetByText("30 of 32 sessions")).ToBeVisibleAsync();
        await ada.Button("Show more").ClickAsync();
        await Expect(Rows(ada)).ToHaveCountAsync(32);
        await Expect(ada.Button("Show more")).ToHaveCountAsync(0);
    }

    private static ILocator Rows(Person person) => person.Page.GetByRole(AriaRole.List, new() { Name = "Sessions" }).GetByRole(AriaRole.Listitem);

    private static Task ScopeAsync(Person person, string name) =>
        person.Page.GetByRole(AriaRole.Radiogroup, new() { Name = "Which sessions" }).GetByText(name, new() { Exact = true }).ClickAsync();
}
