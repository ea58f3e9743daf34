using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Looks at a page as axe does, in the sizes and schemes that people use.</summary>
internal static class Accessibility
{
    /// <summary>All four where somebody wants to look at the pictures; else the two that differ most.</summary>
    private static readonly (bool Phone, bool Dark)[] _looks = Environment.GetEnvironmentVariable("CODECRAFTER_TEST_LOOKS") == "all"
        ? [(false, false), (false, true), (true, false), (true, true)]
        : [(false, false), (true, true)];

    /// <summary>Fails where axe finds something serious or critical, and leaves a picture of each look.</summary>
    public static async Task MustBeAccessibleAsync(this Person person, string name)
    {
        var page = person.Page;
        var size = page.ViewportSize!;
        foreach (var (phone, dark) in _looks)
        {
            await page.SetViewportSizeAsync(phone ? 390 : 1280, phone ? 844 : 800);
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            var look = $"{name}-{(phone ? "phone" : "desktop")}-{(dark ? "dark" : "light")}";
            await SettledAsync(page);
            await person.ScreenshotAsync(look);
            var found = (await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical").ToList();
            Assert.True(found.Count == 0, $"{look}: {string.Join('\n', found.Select(Describe))}");
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Null });
        await page.SetViewportSizeAsync(size.Width, size.Height);
    }

    /// <summary>What moves in has arrived: half of a transition has colours that nobody reads.</summary>
    private static Task SettledAsync(IPage page) => page.EvaluateAsync(
        "async () => { await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); await Promise.allSettled(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished)); }");

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Id} ({violation.Impact}): {violation.Help}\n{string.Join('\n', violation.Nodes.Select(node => $"  {node.Html}\n    {string.Join(' ', node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message))}"))}";
}
