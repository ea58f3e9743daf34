using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace CodeCrafter.Server.Platform;

/// <summary><c>/openapi/v1.json</c> and a page to read it at <c>/docs</c>.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer";
    private const string Problem = "Problem";
    private const string JsonType = "application/json";

    private static readonly string _scriptedStyles = ReadResource("scripted-styles.js");

    private static readonly Dictionary<string, string> ProblemDescriptions = new()
    {
        ["400"] = "The request is wrong; `errors` names the fields.",
        ["403"] = "The caller's role does not allow it.",
        ["404"] = "There is nothing of this name, or nothing that the caller may see.",
        ["409"] = "It does not go with what is there; see `code`.",
        ["410"] = "It has been there, and is over.",
        ["412"] = "`If-Match` names an older version.",
        ["413"] = "It is too large.",
        ["503"] = "Not now: the server has too much to do, or misses something.",
    };

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "CodeCrafter";
            document.Info.Version = "v1";
            document.Info.Description = "Edit code together and run it. Errors are problem details (RFC 9457) with a stable `code`.";
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "The `accessToken` of a login.",
            };
            document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
            document.Components.Schemas[Problem] = ProblemSchema();
            document.Components.Schemas.Remove(nameof(ProblemDetails));
            document.Components.Schemas.Remove(nameof(HttpValidationProblemDetails));
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            DescribeTypes(schema, context);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            DescribeErrors(operation, context);
            DescribeEntityTag(operation);
            AddExample(operation, context);
            return Task.CompletedTask;
        });
    });

    public static void MapApiDescription(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", (options, context) =>
        {
            var nonce = CspNonce.Of(context);
            options.Title = "CodeCrafter API";
            options.HeadContent = HeadOfReference(nonce);
            options.WithNonce(nonce).DisableDefaultFonts().DisableTelemetry().DisableAgent().HideDeveloperTools();
        });
    }

    private static string ReadResource(string name)
    {
        using var stream = typeof(OpenApi).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without its resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // Scalar reads the nonce of its own styles from the meta element; the libraries in it do as those of the page do. Its
    // validator, zod, is told not to try whether it may evaluate code.
    private static string HeadOfReference(string nonce) =>
        $"<meta property=\"csp-nonce\" content=\"{nonce}\">" +
        $"<script nonce=\"{nonce}\">globalThis.__zod_globalConfig = {{ jitless: true }};\n{_scriptedStyles}</script>";

    private static void DescribeTypes(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        // Unknown members are refused in requests; answers may get new ones.
        schema.AdditionalPropertiesAllowed |= !type.Name.EndsWith("Request", StringComparison.Ordinal);
        if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset))
        {
            // Our own converter hides that it is a text.
            schema.Type = JsonSchemaType.String | (Nullable.GetUnderlyingType(type) is null ? default : JsonSchemaType.Null);
            schema.Format = "date-time";
        }

        if ((Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } words)
        {
            // Whoever uses it says whether it may be null too.
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetNames(words).Select(word => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(word))];
        }

        // The parameters of a record count as required, but in a request what may be null may be left out too.
        if (type.Name.EndsWith("Request", StringComparison.Ordinal))
        {
            foreach (var property in context.JsonTypeInfo.Properties.Where(property =>
                property.IsSetNullable && property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: true) != true))
            {
                schema.Required?.Remove(property.Name);
            }
        }
        else if (type.Assembly == typeof(OpenApi).Assembly && context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var property in context.JsonTypeInfo.Properties)
            {
                DescribePresence(schema, property);
            }
        }
    }

    // An answer has all of its members, but for those that are left out where they are null; and those are never null.
    private static void DescribePresence(OpenApiSchema schema, JsonPropertyInfo property)
    {
        var isLeftOut = property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true)
            .OfType<JsonIgnoreAttribute>().Any(ignore => ignore.Condition == JsonIgnoreCondition.WhenWritingNull) == true;
        if (!isLeftOut)
        {
            schema.Required ??= new HashSet<string>();
            schema.Required.Add(property.Name);
        }
        else if (schema.Properties?.TryGetValue(property.Name, out var found) == true && found is OpenApiSchema described)
        {
            described.Type &= ~JsonSchemaType.Null;
        }
    }

    private static void DescribeErrors(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "No valid access token." });
        }

        operation.Responses.TryAdd("429", new OpenApiResponse { Description = "Too many requests; `Retry-After` says when to come back." });
        operation.Responses.TryAdd("default", new OpenApiResponse { Description = "Another problem; see `code`." });
        foreach (var (status, response) in operation.Responses.Where(response => !response.Key.StartsWith('2')))
        {
            // One shape for all of them, whoever writes them.
            ((OpenApiResponse)response).Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) },
            };
            response.Description = ProblemDescriptions.GetValueOrDefault(status, response.Description ?? "");
        }
    }

    // Every answer that is a session names its version.
    private static void DescribeEntityTag(OpenApiOperation operation)
    {
        foreach (var response in (operation.Responses ?? []).Values.OfType<OpenApiResponse>())
        {
            if (response.Content?.TryGetValue(JsonType, out var body) == true && body.Schema is OpenApiSchemaReference { Reference.Id: "SessionEnvelope" })
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["ETag"] = new OpenApiHeader
                    {
                        Description = "For `If-Match`: the version of title, description, visibility and settings.",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                };
            }
        }
    }

    private static void AddExample(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestExample>().LastOrDefault() is { } example
            && operation.RequestBody?.Content?.TryGetValue(JsonType, out var body) == true)
        {
            body.Example = JsonNode.Parse(example.Json);
        }
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Problem details (RFC 9457). `code` is stable, the words are for people.",
        Required = new HashSet<string> { "type", "title", "status", "code", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["instance"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What happened, for programs: `session_not_found`." },
            ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Names the request in the server's log." },
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is wrong, by field, where it is about fields: with `validation_failed`, `unknown_member`, `limit_out_of_range` and others.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
        Examples = [JsonNode.Parse("""
            {
              "type": "about:blank", "title": "Not Found", "status": 404, "detail": "There is no such session.",
              "instance": "/api/sessions/0197c0de-0000-7000-8000-000000000000", "code": "session_not_found",
              "traceId": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00"
            }
            """)!],
    };
}

/// <summary>An example of a request's body, for the description of the API.</summary>
internal sealed record RequestExample(string Json);

internal static class RequestExampleExtensions
{
    /// <summary>Shows a body that the route takes.</summary>
    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder route, string json) => route.WithMetadata(new RequestExample(json));
}
