using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>One's own account in the page.</summary>
[Collection(BrowserTests.Name)]
public sealed class AccountTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    private const string NewPassword = "another horse battery";

    [Fact]
    public async Task Names_and_preferences_are_kept_and_follow_to_another_browser()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.RegisterAsync("ada1");
        await ada.Page.GotoAsync("/");
        await ada.Button("Account: ada1").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Your account" }).ClickAsync();
        await ada.MustBeAccessibleAsync("account");
        await ada.Page.GetByLabel("First name").FillAsync("Ada");
        await ada.Page.GetByLabel("Last name").FillAsync("Lovelace");
        await ada.Button("Save names").ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Form, new() { Name = "Profile" }).GetByRole(AriaRole.Status)).ToHaveTextAsync("Saved.");
        await ada.Page.GetByLabel("Colours").SelectOptionAsync("dark");
        await ada.Page.GetByLabel("Language of new sessions").SelectOptionAsync("rust");
        await ada.Page.GetByLabel("Size of code").SelectOptionAsync("18");
        await ada.Button("Save preferences").ClickAsync();
        await Expect(ada.Page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", "dark");

        var elsewhere = await browser.OpenAsync(server.Url);
        await elsewhere.SignInAsync("ada1", "/signin?next=/account");
        await Expect(elsewhere.Page.GetByLabel("First name")).ToHaveValueAsync("Ada");
        await Expect(elsewhere.Page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", "dark");
        Assert.Equal("18px", await elsewhere.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).getPropertyValue('--code-size')"));
        await elsewhere.Page.GetByRole(AriaRole.Link, new() { Name = "Your sessions", Exact = true }).ClickAsync();
        await elsewhere.Button("New session").ClickAsync();
        await Expect(elsewhere.Dialog.GetByLabel("Language")).ToHaveValueAsync("rust");
        Assert.Empty(ada.Errors);
        Assert.Empty(elsewhere.Errors);
    }

    [Fact]
    public async Task A_first_visit_asks_for_no_login_and_a_second_one_has_it()
    {
        var ada = await browser.OpenAsync(server.Url);
        var refreshes = 0;
        ada.Page.Request += (_, request) => refreshes += request.Url.EndsWith("/api/auth/refresh", StringComparison.Ordinal) ? 1 : 0;
        await ada.Page.GotoAsync("/");
        await Expect(ada.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.Equal(0, refreshes);

        await ada.SignUpAsync("ada3");
        await Expect(ada.Button("New session")).ToBeVisibleAsync();
        await ada.Page.ReloadAsync();
        await Expect(ada.Button("New session")).ToBeVisibleAsync();
        Assert.Equal(1, refreshes);
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_new_account_is_said_at_once()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.Page.GotoAsync("/signup");
        await ada.Page.GetByLabel("Username").FillAsync("ad");
        await ada.Page.GetByLabel("Email").FillAsync("a b");
        await ada.Page.GetByLabel("Password", new() { Exact = true }).FillAsync("1234567");
        await ada.Button("Create account").ClickAsync();
        await Expect(ada.Page.GetByText("A username has from 3 to 32 characters.")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText("This is not an email address.")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByText("A password has at least 8 characters.")).ToBeVisibleAsync();
        await ada.ScreenshotAsync("signup-wrong");
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_new_password_ends_every_other_login_and_not_this_one()
    {
        var ada = await browser.OpenAsync(server.Url);
        await ada.RegisterAsync("ada2");
        var elsewhere = await browser.OpenAsync(server.Url);
        await elsewhere.SignInAsync("ada2", "/signin");
        await Expect(elsewhere.Button("New session")).ToBeVisibleAsync();
        await ada.Page.GotoAsync("/account");

        await ChangeAsync(ada, "a wrong password", NewPassword, "something else");
        await Expect(ada.Page.GetByText("This is not the same password.")).ToBeVisibleAsync();
        await ChangeAsync(ada, "a wrong password", NewPassword, NewPassword);
        await Expect(ada.Page.GetByText("The current password is wrong.")).ToBeVisibleAsync();
        await ada.MustBeAccessibleAsync("account-wrong-password", briefly: true);
        await ChangeAsync(ada, Person.Password, NewPassword, NewPassword);
        await Expect(ada.Page.GetByText("The password was changed, and every other login has ended.")).ToBeVisibleAsync();
        await Expect(ada.Page.GetByLabel("Current password", new() { Exact = true })).ToHaveValueAsync("");

        await ada.Page.ReloadAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Heading, new() { Name = "Your account" })).ToBeVisibleAsync();
        await elsewhere.Page.ReloadAsync();
        await Expect(elsewhere.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    private static async Task ChangeAsync(Person person, string current, string next, string repeated)
    {
        await person.Page.GetByLabel("Current password", new() { Exact = true }).FillAsync(current);
        await person.Page.GetByLabel("New password", new() { Exact = true }).FillAsync(next);
        await person.Page.GetByLabel("New password again", new() { Exact = true }).FillAsync(repeated);
        await person.Button("Change password").ClickAsync();
    }
}
