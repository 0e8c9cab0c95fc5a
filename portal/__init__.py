"""The HTTP client of one Bitrix24 portal: address, request, envelope, retry, errors."""
