using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Snapshots in the page: taken, read, compared, gone back to, deleted; each as far as the role goes.</summary>
[Collection(BrowserTests.Name)]
public sealed class SnapshotTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    private const string Before = "total = 0\nfor n in range(10):\n    total += n\nprint(total)\n";
    private const string After = "total = 0\nfor n in range(20):\n    total += n\nprint('sum', total)\n";

    [Fact]
    public async Task A_snapshot_is_taken_compared_read_and_restored_as_edits()
    {
        var (ann, id) = await OpenAsync("snap-ann", dark: false);
        var dan = await browser.OpenAsync(server.Url, dark: true);
        await dan.RegisterAsync("snap-dan");
        await ann.SendAsync("PUT", $"/api/sessions/{id}/participants/@snap-dan", new { role = "editor" });
        await dan.Page.GotoAsync($"/s/{id}");
        await Expect(dan.Editor).ToContainTextAsync("range(10)");

        await OpenSnapshotsAsync(ann);
        await ann.Button("Take a snapshot").ClickAsync();
        await ann.Dialog.GetByLabel("Title").FillAsync("Before the change");
        await ann.Dialog.GetByLabel("Message").FillAsync("<b>all</b> tests pass");
        await ann.Button("Take it").ClickAsync();
        await Expect(ann.Dialog.GetByText("Nothing has changed")).ToBeVisibleAsync();
        await CloseAsync(ann);

        await RewriteAsync(dan, After);
        await Expect(ann.Editor).ToContainTextAsync("range(20)");
        await OpenSnapshotsAsync(ann);
        var diff = ann.Dialog.GetByTestId("file-diff");
        await Expect(diff).ToContainTextAsync("main.py");
        await Expect(ann.Dialog.GetByText("1 file differs")).ToBeVisibleAsync();
        await Expect(diff.Locator("tr[data-kind=removed]")).ToHaveTextAsync(["2−removed: for n in range(10):", "4−removed: print(total)"]);
        await Expect(diff.Locator("tr[data-kind=added] mark").First).ToHaveTextAsync("2");
        await ann.ScreenshotAsync("snapshots-desktop-light");
        await ann.MustBeAccessibleAsync("snapshots");
        await ann.Dialog.GetByText("Side by side").ClickAsync();
        await Expect(diff.Locator("td[data-kind=added]").Nth(1)).ToContainTextAsync("range(20)");
        await ann.ScreenshotAsync("snapshots-split-desktop-light");

        await ann.Dialog.GetByRole(AriaRole.Tab, new() { Name = "Files" }).ClickAsync();
        var viewer = ann.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "main.py, read only" });
        await Expect(viewer).ToContainTextAsync("range(10)");
        await viewer.PressAsync("Control+a");
        await ann.Page.Keyboard.TypeAsync("x");
        await Expect(viewer).ToContainTextAsync("range(10)");

        // Dan's page goes back with it, and what was there before is kept.
        await ann.Button("Restore…").ClickAsync();
        await Expect(ann.Button("Restore")).ToBeFocusedAsync();
        await ann.Page.Keyboard.PressAsync("Enter");
        await Expect(ann.Dialog).ToHaveCountAsync(0);
        await Expect(dan.Editor).ToContainTextAsync("range(10)");
        Assert.Equal(Before.TrimEnd('\n'), (await dan.ReadEditorAsync()).TrimEnd('\n'));
        await OpenSnapshotsAsync(ann);
        var rows = ann.Dialog.GetByRole(AriaRole.List, new() { Name = "Snapshots" }).GetByRole(AriaRole.Listitem);
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.First).ToContainTextAsync("Before “Before the change” was restored");
        await Expect(rows.First.GetByLabel("Automatic:")).ToBeVisibleAsync();

        await OpenSnapshotsAsync(dan);
        await Expect(dan.Button("Delete…")).ToHaveCountAsync(0);
        await dan.ScreenshotAsync("snapshots-desktop-dark");
        Assert.Empty(ann.Errors);
        Assert.Empty(dan.Errors);
    }

    [Fact]
    public async Task Two_snapshots_are_compared_and_one_is_deleted_after_asking()
    {
        var (ann, id) = await OpenAsync("snap-eve", dark: false);
        await ann.SendAsync("POST", $"/api/sessions/{id}/snapshots", new { title = "First" });
        await RewriteAsync(ann, After);
        await ann.SendAsync("POST", $"/api/sessions/{id}/snapshots", new { title = "Second" });
        await RewriteAsync(ann, "print('nothing is left')\n");

        await OpenSnapshotsAsync(ann);
        await ann.Dialog.GetByRole(AriaRole.Button, new() { NameRegex = new("First") }).ClickAsync();
        await Expect(ann.Dialog.GetByTestId("file-diff")).ToContainTextAsync("nothing is left");
        var until = await ann.Dialog.GetByLabel("Compare with").Locator("option").Nth(1).GetAttributeAsync("value");
        await ann.Dialog.GetByLabel("Compare with").SelectOptionAsync(until!);
        await Expect(ann.Dialog.GetByTestId("file-diff")).ToContainTextAsync("print('sum', total)");
        await Expect(ann.Dialog.GetByTestId("file-diff")).Not.ToContainTextAsync("nothing is left");

        await ann.Button("Delete…").ClickAsync();
        await ann.Button("Cancel").ClickAsync();
        await ann.Button("Delete…").ClickAsync();
        await ann.Button("Delete").ClickAsync();
        var rows = ann.Dialog.GetByRole(AriaRole.List, new() { Name = "Snapshots" }).GetByRole(AriaRole.Listitem);
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("Second");
        Assert.Empty(ann.Errors);
    }

    [Fact]
    public async Task Code_of_a_change_far_from_the_top_has_most_of_the_width()
    {
        var (ann, id) = await OpenAsync("snap-gus", dark: false);
        var lines = string.Concat(Enumerable.Range(0, 20).Select(i => $"print({i})  # nothing changes in this line of the program\n"));
        await RewriteAsync(ann, lines);
        await ann.SendAsync("POST", $"/api/sessions/{id}/snapshots", new { title = "Before the end" });
        await RewriteAsync(ann, lines + "print('the end')\n");

        await OpenSnapshotsAsync(ann);
        var diff = ann.Dialog.GetByTestId("file-diff");
        await Expect(diff).ToContainTextAsync("⋯ line");
        await Expect(diff).ToContainTextAsync("the end");
        await ann.ScreenshotAsync("snapshots-far-unified");
        Assert.True(await ShareOfLinesAsync(diff) > 0.75, "The numbers take the width of the code.");
        await ann.Dialog.GetByText("Side by side").ClickAsync();
        await Expect(diff.Locator("td[data-kind=none]").First).ToBeVisibleAsync();
        await ann.ScreenshotAsync("snapshots-far-split");
        Assert.True(await ShareOfLinesAsync(diff) > 0.4, "The numbers take the width of the code.");
        Assert.Empty(ann.Errors);
    }

    [Fact]
    public async Task A_viewer_reads_and_compares_but_takes_and_restores_nothing()
    {
        var (ann, id) = await OpenAsync("snap-fay", dark: false);
        await ann.SendAsync("POST", $"/api/sessions/{id}/snapshots", new { title = "Kept" });
        var vic = await browser.OpenAsync(server.Url, dark: true, phone: true);
        await vic.RegisterAsync("snap-vic");
        await ann.SendAsync("PUT", $"/api/sessions/{id}/participants/@snap-vic", new { role = "viewer" });
        await RewriteAsync(ann, After);
        await vic.Page.GotoAsync($"/s/{id}");
        await Expect(vic.Editor).ToBeVisibleAsync();

        // On a phone: the list, then one of them, then back.
        await OpenSnapshotsAsync(vic);
        await Expect(vic.Button("Take a snapshot")).ToHaveCountAsync(0);
        await vic.ScreenshotAsync("snapshots-phone-dark");
        await vic.Dialog.GetByRole(AriaRole.Button, new() { NameRegex = new("Kept") }).ClickAsync();
        await Expect(vic.Dialog.GetByTestId("file-diff")).ToContainTextAsync("range(20)");
        await Expect(vic.Button("Restore…")).ToHaveCountAsync(0);
        await Expect(vic.Button("Delete…")).ToHaveCountAsync(0);
        await vic.ScreenshotAsync("snapshot-phone-dark");
        await vic.Button("All snapshots").ClickAsync();
        await Expect(vic.Dialog.GetByRole(AriaRole.List, new() { Name = "Snapshots" })).ToBeVisibleAsync();
        Assert.Empty(vic.Errors);

        // Who takes one on a phone goes on to it from the list.
        var phone = await browser.OpenAsync(server.Url, phone: true);
        await phone.SignInAsync("snap-fay", $"/signin?next=/s/{id}");
        await Expect(phone.Editor).ToBeVisibleAsync();
        await OpenSnapshotsAsync(phone);
        await phone.Button("Take a snapshot").ClickAsync();
        await phone.Button("Take it").ClickAsync();
        await Expect(phone.Dialog.GetByRole(AriaRole.List, new() { Name = "Snapshots" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await phone.ScreenshotAsync("snapshots-phone-light");
        Assert.Empty(phone.Errors);
    }

    private async Task<(Person Person, string SessionId)> OpenAsync(string username, bool dark)
    {
        var person = await browser.OpenAsync(server.Url, dark);
        await person.RegisterAsync(username);
        var session = await person.SendAsync("POST", "/api/sessions/create", new
        {
            title = "Snapshots",
            language = "python",
            files = new[] { new { path = "main.py", content = Before } },
        });
        var id = session.GetProperty("session").GetProperty("id").GetString()!;
        await person.Page.GotoAsync($"/s/{id}");
        await Expect(person.Editor).ToContainTextAsync("range(10)");
        return (person, id);
    }

    /// <summary>How much of the width of a table of changes one column of code has.</summary>
    private static Task<double> ShareOfLinesAsync(ILocator diff) =>
        diff.Locator("table").EvaluateAsync<double>("table => table.rows[1].cells[3].offsetWidth / table.offsetWidth");

    private static async Task OpenSnapshotsAsync(Person person)
    {
        await person.Button("Session menu").ClickAsync();
        await person.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Snapshots…" }).ClickAsync();
        await Expect(person.Dialog).ToBeVisibleAsync();
    }

    private static async Task CloseAsync(Person person)
    {
        await person.Page.Keyboard.PressAsync("Escape");
        await Expect(person.Dialog).ToHaveCountAsync(0);
    }

    private static async Task RewriteAsync(Person person, string text)
    {
        await person.Editor.ClickAsync();
        await person.Page.Keyboard.PressAsync("Control+a");
        await person.Page.Keyboard.InsertTextAsync(text);
        await person.UntilSavedAsync();
    }
}
