using System.Text.Json;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Tests.Telemetry;

[Collection(ProcessWide.Name)]
public sealed class NodeLoggingTests
{
    [Fact]
    public void Create_NothingConfigured_WritesOnePlainLineInUtc()
    {
        string output = Written([], static loggers => loggers.CreateLogger("Room").LogInformation(5, "took {Count}\nof {Name}", 3, "echo"));

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: Room\[5\] took 3 of echo\r?\n$", output);
    }

    [Fact]
    public void Create_NothingConfigured_LeavesOutDebugAndTheFrameworksInformation()
    {
        string output = Written([], static loggers =>
        {
            loggers.CreateLogger("Room").LogDebug("no 1");
            loggers.CreateLogger("Microsoft.AspNetCore").LogInformation("no 2");
            loggers.CreateLogger("Microsoft.AspNetCore").LogWarning("yes");
        });

        Assert.DoesNotContain("no ", output, StringComparison.Ordinal);
        Assert.Contains("yes", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LogLevel")]
    [InlineData("Console:LogLevel")]
    public void Create_LevelsConfigured_Obeys(string section)
    {
        string output = Written(new() { [$"{section}:Room"] = "Debug", [$"{section}:Microsoft"] = "Information" }, static loggers =>
        {
            loggers.CreateLogger("Room").LogDebug("one");
            loggers.CreateLogger("Microsoft.AspNetCore").LogInformation("two");
        });

        Assert.Contains("one", output, StringComparison.Ordinal);
        Assert.Contains("two", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_JsonFormatter_WritesJsonWithStateAndTime()
    {
        string output = Written(
            new() { ["Console:FormatterName"] = "json" },
            static loggers => loggers.CreateLogger("Room").LogInformation(5, "took {Count}", 3));

        JsonElement line = JsonDocument.Parse(output).RootElement;
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("Timestamp").GetString());
        Assert.Equal("Room", line.GetProperty("Category").GetString());
        Assert.Equal(3, line.GetProperty("State").GetProperty("Count").GetInt32());
    }

    [Fact]
    public void Use_OtherSettings_HoldForLoggersInUse()
    {
        string output = WrittenBy([], static node =>
        {
            ILogger logger = node.Factory.CreateLogger("Room");
            logger.LogDebug("no 1");
            node.Use(Settings(new() { ["LogLevel:Room"] = "Debug" }));
            logger.LogDebug("yes");
            node.Use(Settings([]));
            logger.LogDebug("no 2");
        });

        Assert.Contains("yes", output, StringComparison.Ordinal);
        Assert.DoesNotContain("no ", output, StringComparison.Ordinal);
    }

    private static string Written(Dictionary<string, string?> logging, Action<ILoggerFactory> log) =>
        WrittenBy(logging, node => log(node.Factory));

    private static IConfiguration Settings(Dictionary<string, string?> logging) =>
        new ConfigurationBuilder().AddInMemoryCollection(logging).Build();

    private static string WrittenBy(Dictionary<string, string?> logging, Action<NodeLogging> log)
    {
        using var output = new StringWriter();
        TextWriter before = Console.Out;
        Console.SetOut(output);
        try
        {
            using NodeLogging node = NodeLogging.Create(Settings(logging));
            log(node);
        }
        finally
        {
            Console.SetOut(before);
        }

        return output.ToString();
    }
}
