using System.Diagnostics;

namespace KestrelL4.Testing;

/// <summary>What a program that ran to its end left behind.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <inheritdoc/>
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";
}

/// <summary>Runs a program to its end: openssl, curl, redis-cli, the node itself.</summary>
public static class Tool
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program and gives what it printed; one that outlives the time-out (default 60 s) is ended.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public static async Task<ToolResult> RunAsync(
        string fileName, IEnumerable<string> arguments, string? input = null, TimeSpan? timeout = null, string? workingDirectory = null)
    {
        ProcessStartInfo start = new(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{fileName} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await FeedAsync(process, input);
        try
        {
            await Task.WhenAll(process.WaitForExitAsync(), output, error).WaitAsync(timeout ?? DefaultTimeout);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"{fileName} {string.Join(' ', start.ArgumentList)} did not end in time.");
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    private static async Task FeedAsync(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input ?? "");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input: what it printed tells why.
        }
    }
}
