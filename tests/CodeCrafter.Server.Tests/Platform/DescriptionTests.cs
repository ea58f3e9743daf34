using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Platform;

/// <summary>The description of the API says what the API is.</summary>
public sealed partial class DescriptionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_has_every_route_of_the_API_and_no_other()
    {
        var document = await DocumentAsync();
        var described = Operations(document).Select(operation => $"{operation.Verb} {operation.Path}").Order(StringComparer.Ordinal);
        var there = Routes().Select(route => route.Name).Order(StringComparer.Ordinal);
        Assert.Equal(there, described);
    }

    [Fact]
    public async Task Each_operation_is_complete()
    {
        var document = await DocumentAsync();
        var routes = Routes().ToDictionary(route => route.Name, route => route.Endpoint);
        var missing = new List<string>();
        foreach (var (verb, path, operation) in Operations(document))
        {
            var name = $"{verb} {path}";
            var endpoint = routes[name];
            var responses = operation["responses"]!.AsObject().Select(response => response.Key).ToArray();
            var isOpen = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>() is null;
            var parameters = (operation["parameters"]?.AsArray() ?? []).Select(parameter => (string)parameter!["name"]!).ToArray();
            Expect(name, "a summary", !string.IsNullOrWhiteSpace((string?)operation["summary"]));
            Expect(name, "a tag", operation["tags"] is JsonArray { Count: > 0 });
            Expect(name, "an answer", responses.Any(status => status.StartsWith('2')));
            Expect(name, "errors", responses.Contains("429") && responses.Contains("default"));
            Expect(name, "401 and a security scheme, or neither", isOpen ? operation["security"] is null : operation["security"] is not null && responses.Contains("401"));
            Expect(name, "404, since it names something", !path.Contains('{', StringComparison.Ordinal) || responses.Contains("404"));
            Expect(name, "its parameters", Parameter().Matches(path).All(match => parameters.Contains(match.Groups[1].Value)));
            Expect(name, "an example", operation["requestBody"] is null || operation["requestBody"]!["content"]!["application/json"]?["example"] is not null);
            Expect(name, "one shape of errors", operation["responses"]!.AsObject().Where(response => !response.Key.StartsWith('2'))
                .All(response => (string?)response.Value!["content"]!["application/problem+json"]!["schema"]!["$ref"] == "#/components/schemas/Problem"));
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));

        void Expect(string name, string what, bool holds)
        {
            if (!holds)
            {
                missing.Add($"{name} has not {what}");
            }
        }
    }

    [Fact]
    public async Task Each_example_has_only_members_that_the_body_has()
    {
        var document = await DocumentAsync();
        foreach (var (verb, path, operation) in Operations(document).Where(operation => operation.Operation["requestBody"] is not null))
        {
            var body = operation["requestBody"]!["content"]!["application/json"]!;
            var reference = (string?)body["schema"]!["$ref"] ?? (string?)body["schema"]!["oneOf"]?.AsArray().Select(one => one!["$ref"]).First(one => one is not null);
            var schema = document["components"]!["schemas"]![reference!.Split('/')[^1]]!.AsObject();
            var members = body["example"]!.AsObject().Select(member => member.Key).ToArray();
            Assert.True(members.All(member => schema["properties"]!.AsObject().ContainsKey(member)), $"{verb} {path}: {string.Join(", ", members)}");
            Assert.True((schema["required"]?.AsArray() ?? []).All(member => members.Contains((string)member!)), $"{verb} {path} lacks what is required");
        }
    }

    [Fact]
    public async Task It_speaks_of_the_API_and_not_of_the_code()
    {
        var names = typeof(Program).Assembly.GetTypes().Select(type => type.Name).Append(nameof(DateTimeOffset)).ToHashSet();
        var leaks = Descriptions(await DocumentAsync())
            // What is quoted is a name of the API: a route, a member, an event of the hub.
            .SelectMany(text => Word().Matches(Quoted().Replace(text, "")).Where(word => names.Contains(word.Value) || word.Value.Contains('.')).Select(word => $"{word.Value}: {text}"))
            .ToArray();

        Assert.True(leaks.Length == 0, string.Join('\n', leaks));
    }

    /// <summary>
    /// The page's types are made of docs/openapi.json. To bring it up to date, run this test with
    /// <c>CODECRAFTER_WRITE_OPENAPI=1</c>, then <c>npm run types</c> in web.
    /// </summary>
    [Fact]
    public async Task The_copy_in_the_repository_is_what_the_server_says()
    {
        var path = Path.Combine(Repository.Root, "docs", "openapi.json");
        var text = (await DocumentAsync()).ToJsonString(_indented) + "\n";
        if (Environment.GetEnvironmentVariable("CODECRAFTER_WRITE_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(path, text, Stop);
        }

        Assert.True(
            await File.ReadAllTextAsync(path, Stop) == text,
            "docs/openapi.json is not what the server describes. Run this test with CODECRAFTER_WRITE_OPENAPI=1, then 'npm run types' in web.");
    }

    private async Task<JsonObject> DocumentAsync() =>
        JsonNode.Parse(await shared.Server.Http.GetStringAsync("/openapi/v1.json", Stop))!.AsObject();

    private static IEnumerable<(string Verb, string Path, JsonObject Operation)> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    private static IEnumerable<string> Descriptions(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member is { Key: "description" or "summary", Value: JsonValue text } ? [(string)text!] : Descriptions(member.Value)),
        JsonArray items => items.SelectMany(Descriptions),
        _ => [],
    };

    private IEnumerable<(string Name, RouteEndpoint Endpoint)> Routes() =>
        from endpoint in shared.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = Constraint().Replace(endpoint.RoutePattern.RawText!, "{$1}").TrimEnd('/')
        where path.StartsWith("/api/", StringComparison.Ordinal)
        from verb in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select ($"{verb} {path}", endpoint);

    [GeneratedRegex(@"\{(\w+):[^}]*\}")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();

    // Of two words at least, or a member of something.
    [GeneratedRegex(@"\b[A-Z]\w*(\.[A-Z]\w*|[a-z][A-Z]\w*)+")]
    private static partial Regex Word();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Quoted();
}
