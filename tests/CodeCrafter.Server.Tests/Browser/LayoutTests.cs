using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>What of a session is on screen at once, from a phone to a desktop.</summary>
[Collection(BrowserTests.Name)]
public sealed class LayoutTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    [Theory]
    [InlineData(720, 1024)]
    [InlineData(900, 700)]
    [InlineData(1099, 800)]
    public async Task Half_a_window_shows_the_editor_and_the_output_and_the_chat_when_asked(int width, int height)
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, $"layout{width}", "Half a window");
        await ada.Page.SetViewportSizeAsync(width, height);

        await Expect(ada.Editor).ToBeInViewportAsync();
        await Expect(ada.Page.GetByText("Nothing has run yet")).ToBeInViewportAsync();
        await Expect(ada.Page.GetByLabel("Message", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(ada.Page.GetByLabel("Language")).ToBeInViewportAsync(new() { Ratio = 1 });
        await ada.Button("Chat").ClickAsync();
        await Expect(ada.Page.GetByLabel("Message", new() { Exact = true })).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(ada.Editor).ToBeInViewportAsync();
        foreach (var name in new[] { "Run", "Share", "Account" })
        {
            await Expect(ada.Page.GetByRole(AriaRole.Banner).GetByRole(AriaRole.Button, new() { NameRegex = new($"^{name}") })).ToBeInViewportAsync(new() { Ratio = 1 });
        }

        await ada.ScreenshotAsync($"layout-{width}");
        if (width == 900)
        {
            await ada.MustBeAccessibleInHalfAWindowAsync("layout");
        }

        await ada.Page.SetViewportSizeAsync(1100, 800);
        await Expect(ada.Page.GetByLabel("Message", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_phone_keeps_the_tab_that_one_worked_in()
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, "layoutphone", "On a phone");
        await ada.Page.SetViewportSizeAsync(390, 844);
        await Expect(ada.Page.GetByText("Nothing has run yet")).ToHaveCountAsync(0);
        await ada.Button("Output").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await Expect(ada.Page.GetByText("No test cases yet")).ToBeVisibleAsync();

        await ada.Button("Code").ClickAsync();
        await ada.Button("Output").ClickAsync();

        await Expect(ada.Page.GetByText("No test cases yet")).ToBeVisibleAsync();
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_notice_is_over_the_editor_and_not_over_the_test_cases()
    {
        var (ada, _) = await browser.OpenSessionAsync(server.Url, "layoutnotice", "A notice");
        await ada.Page.SetViewportSizeAsync(900, 700);
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Input" }).ClickAsync();
        await ada.Page.GetByLabel("Arguments").FillAsync("\"never closed");
        await ada.Button("Run").ClickAsync();
        var notice = ada.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "The program did not start" });
        await Expect(notice).ToBeVisibleAsync();
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await Expect(ada.Button("Add a test case")).ToBeInViewportAsync(new() { Ratio = 1 });

        var bottom = await notice.EvaluateAsync<double>("notice => notice.getBoundingClientRect().bottom");
        var top = await ada.Page.GetByLabel("Run", new() { Exact = true }).EvaluateAsync<double>("panel => panel.getBoundingClientRect().top");
        Assert.True(bottom <= top, $"The notice ends at {bottom}, and the panel begins at {top}.");
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task Output_stays_at_its_end_when_the_panel_gets_smaller()
    {
        var (ada, id) = await browser.OpenSessionAsync(server.Url, "layoutoutput", "Long output");
        await ada.SendAsync("POST", "/api/execute", new { sessionId = id, language = "python", code = "for i in range(300): print('line', i)" });
        await Expect(ada.Page.GetByLabel("Run status")).ToContainTextAsync("Accepted");
        foreach (var height in new[] { 900, 640, 420 })
        {
            await ada.Page.SetViewportSizeAsync(1440, height);
            await ada.Page.WaitForFunctionAsync("""
                () => { const box = document.querySelector('[data-testid=output]'); return box.scrollHeight - box.scrollTop - box.clientHeight < 2 && box.scrollTop > 0; }
                """);
        }
    }
}
