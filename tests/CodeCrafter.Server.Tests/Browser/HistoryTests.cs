using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>The history of runs in the page: paged, opened again, and its code brought back.</summary>
[Collection(BrowserTests.Name)]
public sealed class HistoryTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    private const string First = "import lib\nprint('first', lib.answer)\n";
    private const string Later = "import lib\nprint('later')\n";

    [Fact]
    public async Task Earlier_runs_are_paged_read_and_their_code_is_brought_back_as_edits()
    {
        var (ann, id) = await OpenAsync("history-ann");
        await ann.Button("Run").ClickAsync();
        await Expect(ann.Output).ToContainTextAsync("first 42");
        await ann.Editor.ClickAsync();
        await ann.Page.Keyboard.PressAsync("Control+a");
        await ann.Page.Keyboard.InsertTextAsync(Later);
        await ann.UntilSavedAsync();
        for (var i = 0; i < 21; i++)
        {
            await ann.SendAsync("POST", "/api/execute", new { sessionId = id, language = "bash", code = $"echo run {i}; exit {i % 2}" });
        }

        await HistoryTab(ann).ClickAsync();
        var rows = ann.Page.GetByRole(AriaRole.List, new() { Name = "Latest runs" }).GetByRole(AriaRole.Listitem);
        await Expect(rows).ToHaveCountAsync(20);
        await Expect(rows.First).ToContainTextAsync("Accepted");
        await Expect(rows.First).ToContainTextAsync("Bash");
        await Expect(rows.First).ToContainTextAsync("history-ann");
        await Expect(rows.Nth(1)).ToContainTextAsync("Runtime Error (NZEC)");
        await ann.ScreenshotAsync("history-desktop-light");
        await ann.Button("Show earlier runs (2)").ClickAsync();
        await Expect(rows).ToHaveCountAsync(22);

        // By keyboard: the output of an earlier run, then its code.
        await rows.Nth(20).GetByRole(AriaRole.Button).First.FocusAsync();
        await ann.Page.Keyboard.PressAsync("Enter");
        await Expect(ann.Output).ToContainTextAsync("run 0");
        await Expect(ann.Page.GetByText("An earlier run, ")).ToBeVisibleAsync();
        await HistoryTab(ann).ClickAsync();
        await ann.Button("Show earlier runs (2)").ClickAsync();
        await rows.Nth(21).GetByRole(AriaRole.Button).Nth(1).FocusAsync();
        await ann.Page.Keyboard.PressAsync("Enter");
        var code = ann.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "main.py, read only" });
        await Expect(code).ToContainTextAsync("print('first', lib.answer)");
        await ann.Button("Open in the editor…").ClickAsync();
        await ann.ScreenshotAsync("history-code-desktop-light");
        await ann.Button("Open").ClickAsync();

        await Expect(ann.Dialog).ToHaveCountAsync(0);
        await Expect(ann.Editor).ToContainTextAsync("print('first', lib.answer)");
        await ClearOfPanelsAsync(ann, ann.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The code of the run is open" }));
        await ann.UntilSavedAsync();
        var session = (await ann.SendAsync("GET", $"/api/sessions/{id}")).GetProperty("session");
        Assert.Equal(First, session.GetProperty("content").GetString());
        var snapshots = (await ann.SendAsync("GET", $"/api/sessions/{id}/snapshots")).GetProperty("snapshots");
        Assert.Equal("Before the code of a run was opened", snapshots[0].GetProperty("title").GetString());
        Assert.Empty(ann.Errors);
    }

    [Fact]
    public async Task A_viewer_reads_the_code_of_a_run_on_a_phone_but_opens_nothing_in_the_editor()
    {
        var (ann, id) = await OpenAsync("history-bea");
        await ann.SendAsync("POST", "/api/execute", new { sessionId = id, language = "bash", code = "echo hello from bash" });
        var vic = await browser.OpenAsync(server.Url, dark: true, phone: true);
        await vic.RegisterAsync("history-vic");
        await ann.SendAsync("PUT", $"/api/sessions/{id}/participants/@history-vic", new { role = "viewer" });
        await vic.Page.GotoAsync($"/s/{id}");
        await Expect(vic.Editor).ToBeVisibleAsync();

        await vic.Button("Output").ClickAsync();
        await HistoryTab(vic).ClickAsync();
        var rows = vic.Page.GetByRole(AriaRole.List, new() { Name = "Latest runs" }).GetByRole(AriaRole.Listitem);
        await Expect(rows).ToHaveCountAsync(1);
        await vic.ScreenshotAsync("history-phone-dark");
        await rows.First.GetByRole(AriaRole.Button).Nth(1).ClickAsync();
        await Expect(vic.Dialog.GetByRole(AriaRole.Textbox, new() { NameRegex = new("read only$") })).ToContainTextAsync("hello from bash");
        await Expect(vic.Button("Open in the editor…")).ToHaveCountAsync(0);
        await vic.ScreenshotAsync("history-code-phone-dark");
        await vic.Button("Show its output").ClickAsync();
        await Expect(vic.Output).ToContainTextAsync("hello from bash");

        // What ends while one looks comes by itself.
        await HistoryTab(vic).ClickAsync();
        await ann.SendAsync("POST", "/api/execute", new { sessionId = id, language = "bash", code = "exit 3" });
        await Expect(rows).ToHaveCountAsync(2);
        Assert.Empty(vic.Errors);
    }

    private async Task<(Person Person, string SessionId)> OpenAsync(string username)
    {
        var person = await browser.OpenAsync(server.Url);
        await person.RegisterAsync(username);
        var made = await person.SendAsync("POST", "/api/sessions/create", new
        {
            title = "History",
            language = "python",
            files = new[] { new { path = "main.py", content = First }, new { path = "lib.py", content = "answer = 42\n" } },
        });
        var id = made.GetProperty("session").GetProperty("id").GetString()!;
        await person.Page.GotoAsync($"/s/{id}");
        await Expect(person.Editor).ToContainTextAsync("lib.answer");
        return (person, id);
    }

    private static ILocator HistoryTab(Person person) => person.Page.GetByRole(AriaRole.Tab, new() { Name = "History" });

    /// <summary>A notice hides neither what runs print nor what people say, once it has slid in.</summary>
    private static async Task ClearOfPanelsAsync(Person person, ILocator notice)
    {
        await Expect(notice).ToBeVisibleAsync();
        var covered = await CoveredAsync(person, notice);
        for (var i = 0; i < 20 && covered is not null; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            covered = await CoveredAsync(person, notice);
        }

        Assert.True(covered is null, $"A notice covers the panel {covered}.");
    }

    private static async Task<string?> CoveredAsync(Person person, ILocator notice)
    {
        var box = (await notice.BoundingBoxAsync())!;
        foreach (var name in new[] { "Run", "Chat" })
        {
            var panel = (await person.Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true }).BoundingBoxAsync())!;
            if (box.X < panel.X + panel.Width && panel.X < box.X + box.Width && box.Y < panel.Y + panel.Height && panel.Y < box.Y + box.Height)
            {
                return name;
            }
        }

        return null;
    }
}
