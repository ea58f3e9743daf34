using System.Net.Http.Headers;
using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Scripts in what people and programs write.</summary>
[Collection(BrowserTests.Name)]
public sealed class ScriptTests(BrowserFixture browser)
{
    private const string Attack = "<img src=x onerror=\"window.taken=1\"><script>window.taken=1</script>";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [AccessCase(35)]
    public async Task A_script_in_a_title_name_message_or_output_is_text()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var alice = await browser.OpenAsync(server.Url);
        await alice.SignUpAsync("alice");
        await alice.CreateSessionAsync();
        var id = new Uri(alice.Page.Url).AbsolutePath.Split('/')[^1];
        using var http = await LogInAsync(server.Url);
        // Names that the forms of the page would not let through as they are.
        using var named = await http.PutAsJsonAsync("/api/auth/me", new { firstName = Attack, lastName = Attack }, Stop);
        await named.MustBeAsync(200);
        using var titled = await http.PutAsJsonAsync($"/api/sessions/{id}", new { title = Attack, description = Attack }, Stop);
        await titled.MustBeAsync(200);

        await alice.Page.ReloadAsync();
        await Expect(alice.Page.GetByText(Attack).First).ToBeVisibleAsync();
        await alice.Editor.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+a");
        await alice.Page.Keyboard.InsertTextAsync($"print('''{Attack}''')\nprint('\\x1b[31m{Attack.Replace("\"", "\\x22", StringComparison.Ordinal)}')");
        await alice.UntilSavedAsync();
        await alice.Button("Run").ClickAsync();
        await Expect(alice.Output).ToContainTextAsync(Attack);
        var message = alice.Page.GetByLabel("Message", new() { Exact = true });
        if (!await message.IsVisibleAsync())
        {
            await alice.Button("Chat").ClickAsync();
        }

        await message.FillAsync(Attack);
        await message.PressAsync("Enter");
        await Expect(alice.Page.GetByLabel("Messages")).ToContainTextAsync(Attack);
        await alice.Page.GotoAsync("/");
        await Expect(alice.Page.GetByText(Attack).First).ToBeVisibleAsync();

        Assert.True(await alice.Page.EvaluateAsync<bool>("window.taken === undefined"));
        Assert.Equal(0, await alice.Page.Locator("img[src=x]").CountAsync());
        Assert.Empty(alice.Errors);
    }

    private static async Task<HttpClient> LogInAsync(string url)
    {
        var http = new HttpClient { BaseAddress = new Uri(url) };
        using var response = await http.PostAsJsonAsync("/api/auth/login", new { username = "alice", password = Person.Password }, Stop);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await response.ReadAsync<TokensDto>()).AccessToken);
        return http;
    }
}
