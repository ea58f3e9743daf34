using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace CodeCrafter.Server.Platform;

/// <summary><c>/openapi/v1.json</c> and a page to read it at <c>/docs</c>.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer";

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
            return Task.CompletedTask;
        });
    });

    public static void MapApiDescription(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", options =>
        {
            options.Title = "CodeCrafter API";
            options.WithNonce().DisableDefaultFonts().DisableTelemetry().DisableAgent().HideDeveloperTools();
        });
    }

    private static void DescribeTypes(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset))
        {
            // Our own converter hides that it is a text.
            schema.Type = JsonSchemaType.String | (Nullable.GetUnderlyingType(type) is null ? default : JsonSchemaType.Null);
            schema.Format = "date-time";
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
    }

    private static void DescribeErrors(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            operation.Responses.TryAdd("401", Problem("No valid access token."));
        }

        operation.Responses.TryAdd("429", Problem("Too many requests; `Retry-After` says when to come back."));
        operation.Responses.TryAdd("default", Problem("Another problem; see `code`."));
    }

    private static OpenApiResponse Problem(string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                        ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["code"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String },
                        ["errors"] = new OpenApiSchema { Type = JsonSchemaType.Object },
                    },
                },
            },
        },
    };
}
