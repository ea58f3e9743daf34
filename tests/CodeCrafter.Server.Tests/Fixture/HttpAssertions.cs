using System.Net.Http.Json;
using System.Text.Json;

namespace CodeCrafter.Server.Tests.Fixture;

internal static class HttpAssertions
{
    private static readonly JsonSerializerOptions _web = new(JsonSerializerDefaults.Web);

    /// <summary>The body, after the status is seen to be as expected.</summary>
    public static async Task<T> ReadAsync<T>(this HttpResponseMessage response, int status = 200)
    {
        await response.MustBeAsync(status);
        return (await response.Content.ReadFromJsonAsync<T>(_web, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Fails with the body in the message if the status is another.</summary>
    public static async Task MustBeAsync(this HttpResponseMessage response, int status)
    {
        if ((int)response.StatusCode != status)
        {
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Fail($"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: expected {status}, got {(int)response.StatusCode} {body}");
        }
    }

    /// <summary>The answer is a complete problem with this status and code.</summary>
    public static async Task<ProblemDto> MustBeProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        await response.MustBeAsync(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.ReadAsync<ProblemDto>(status);
        Assert.Equal((status, code), (problem.Status, problem.Code));
        Assert.False(string.IsNullOrEmpty(problem.TraceId));
        Assert.False(string.IsNullOrEmpty(problem.Title));
        return problem;
    }
}
